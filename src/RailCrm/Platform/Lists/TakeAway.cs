using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Lists;

/// <summary>What the buttons of an export post: a small list is sent at once, of a large one a job makes the file.</summary>
internal static class TakeAway
{
    /// <summary>With every field, as the import takes it back.</summary>
    public static Task<IResult> Whole(HttpContext http, ListOf list, string? format, CancellationToken ct) =>
        View.TryRead(list, Asked(http), out var view) ? Answer(http, list, view, whole: true, format, ct) : Task.FromResult<IResult>(TypedResults.LocalRedirect(list.Path));

    /// <summary>As it is seen: the rows with the columns shown, or the table of its groups.</summary>
    public static async Task<IResult> Seen(string list, [FromForm] string? format, HttpContext http, SavedViews views, CrmDb db, ExportGroups groups, CancellationToken ct)
    {
        if (ListRoutes.Seen(http, list) is not { } of || !db.Actor.May(Permission.Export))
        {
            return TypedResults.NotFound();
        }

        if (!View.TryRead(of, Asked(http), out var view))
        {
            return TypedResults.LocalRedirect(of.Path);
        }

        if (view.Layout is "groups" or "chart" && of.Fields.Any(f => f.IsGrouped))
        {
            return (await groups.Run(of, view, format, ct)).TryGet(out var table, out var refusal) ? table : Refused(http, of, view, refusal);
        }

        var choices = await views.Of(of, view.Base, ct);
        var columns = choices.LookOf(choices.Find(view.Base)).Columns;
        return await Answer(http, of, view with { Columns = view.Columns ?? columns?.Split(',') }, whole: false, format, ct);
    }

    private static async Task<IResult> Answer(HttpContext http, ListOf list, View view, bool whole, string? format, CancellationToken ct)
    {
        var db = http.RequestServices.GetRequiredService<CrmDb>();
        if (!TableExport.Formats.Contains(format))
        {
            return Refused(http, list, view, new Refusal.Invalid("export.format_unknown", nameof(format)));
        }

        if (await list.Count(db, view with { Cursor = null }, ExportWork.AtOnce, ct) > ExportWork.AtOnce)
        {
            return (await http.RequestServices.GetRequiredService<ExportWork>().Start(list, whole, format!, view, ct)).TryGet(out var job, out var why) ? TypedResults.LocalRedirect($"/lists/{list.Key}/export/{job}") : Refused(http, list, view, why);
        }

        return (await list.Export(http.RequestServices, view, whole, format!, ct)).TryGet(out var table, out var refusal) ? table : Refused(http, list, view, refusal);
    }

    /// <summary>The file that a job made, always to be saved.</summary>
    public static async Task<IResult> Fetch(string list, long job, HttpContext http, ExportWork exports, IBlobs blobs, ILogger<ExportFile> log, CancellationToken ct)
    {
        var fetched = await exports.Fetch(list, job, ct);
        if (fetched.TryGet(out var file, out var refusal))
        {
            if (await ProvenBytes.Open(blobs, file.Sha256, log, ct) is { } bytes)
            {
                return TypedResults.Stream(bytes, TableExport.ContentType(Path.GetExtension(file.Name).TrimStart('.')), file.Name);
            }

            refusal = new Refusal.Conflict("export.file_damaged");
        }

        if (refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        new Notice(refusal.Said(), IsError: true).Leave(http);
        return TypedResults.LocalRedirect($"/lists/{list}/export/{job}");
    }

    /// <summary>How far it is, for the bar that follows it.</summary>
    public static async Task<IResult> State(string list, long job, ExportWork exports, CancellationToken ct) =>
        (await exports.Get(list, job, ct)).TryGet(out var seen, out _) ? TypedResults.Ok(new { seen.Job.State, seen.Job.RowsDone, seen.Job.RowsTotal, seen.Job.RowsRejected }) : TypedResults.NotFound();

    private static IEnumerable<KeyValuePair<string, string?>> Asked(HttpContext http) => http.Request.Query.Select(q => new KeyValuePair<string, string?>(q.Key, q.Value));

    /// <summary>Told on the list that it came from.</summary>
    private static RedirectHttpResult Refused(HttpContext http, ListOf list, View view, Refusal refusal)
    {
        new Notice(refusal.Said(), IsError: true).Leave(http);
        return TypedResults.LocalRedirect(view.Address(list));
    }
}
