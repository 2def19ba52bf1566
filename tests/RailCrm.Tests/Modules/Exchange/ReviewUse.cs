using RailCrm.Kernel;
using RailCrm.Modules.Exchange;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Imports as the pages drive them: brought, checked, mended, loaded, taken back.</summary>
internal static class ReviewUse
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What it was, or a failed test.</summary>
    public static T Value<T>(Result<T> result) => result.TryGet(out var value, out var refusal) ? value
        : throw new InvalidOperationException(refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal.ToString());

    /// <summary>Brings a file and has it checked.</summary>
    public static async Task<long> Checked(CrmApp app, Actor actor, string kind, string csv, string mode = "both", bool create = false)
    {
        using var file = new MemoryStream(ImportHttp.Utf8(csv));
        var id = Value(await app.With<UploadFile, Result<Import>>(actor, u => u.Run(kind, "file.csv", file, Ct))).Id;
        Value(await app.With<StartImport, Result<Import>>(actor, s => s.Check(id, new(null, create, null, null, mode), Ct)));
        Assert.Equal("review", (await Rested(app, actor, id)).State);
        return id;
    }

    /// <summary>Waits until nothing is at work on it.</summary>
    public static async Task<GetImport.Answer> Rested(CrmApp app, Actor actor, long id)
    {
        for (var i = 0; i < 1_200; i++)
        {
            var now = Value(await app.With<GetImport, Result<GetImport.Answer>>(actor, g => g.Run(id, Ct)));
            if (now.State is not ("queued" or "running" or "checking") && now.Revert is not { State: "queued" or "running" })
            {
                return now;
            }

            await Task.Delay(50, Ct);
        }

        throw new TimeoutException("The import did not come to rest within a minute.");
    }

    /// <summary>A page of the review.</summary>
    public static async Task<ReviewImport.Look> Look(CrmApp app, Actor actor, long id, string filter = "all", long? after = null, long? before = null) =>
        Value(await app.With<ReviewImport, Result<ReviewImport.Look>>(actor, r => r.Run(id, filter, after, before, Ct)));

    /// <summary>Writes over one cell.</summary>
    public static async Task<ReviewRow> Mend(CrmApp app, Actor actor, long id, long row, int column, string text) =>
        Value(await app.With<ReviewImport, Result<ReviewRow>>(actor, r => r.Edit(id, row, new Dictionary<int, string> { [column] = text }, null, Ct)));

    /// <summary>Loads what was checked.</summary>
    public static async Task<GetImport.Answer> Loaded(CrmApp app, Actor actor, long id, bool withWarned = false)
    {
        Value(await app.With<StartImport, Result<Import>>(actor, s => s.Reviewed(id, withWarned, Ct)));
        return await Rested(app, actor, id);
    }

    /// <summary>Brings, checks and loads a file.</summary>
    public static async Task<GetImport.Answer> Whole(CrmApp app, Actor actor, string kind, string csv, string mode = "both", bool create = false, bool withWarned = false) =>
        await Loaded(app, actor, await Checked(app, actor, kind, csv, mode, create), withWarned);

    /// <summary>Takes an import back.</summary>
    public static async Task<GetImport.Work> Reverted(CrmApp app, Actor actor, long id)
    {
        Value(await app.With<RevertImport, Result<long>>(actor, r => r.Run(id, Ct)));
        var work = (await Rested(app, actor, id)).Revert!;
        Assert.True(work.State == "completed", work.Message ?? work.State);
        return work;
    }

    /// <summary>What an import made or changed.</summary>
    public static async Task<IReadOnlyList<ListImported.Item>> Records(CrmApp app, Actor actor, long id, string? filter = null) =>
        Value(await app.With<ListImported, Result<(IReadOnlyList<ListImported.Item> Items, string? Next)>>(actor, l => l.Run(id, filter, null, Ct))).Items;
}
