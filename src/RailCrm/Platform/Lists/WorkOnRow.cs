using Microsoft.AspNetCore.Mvc;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Lists;

/// <summary>Does a work to one row at once, by the row's own button: the same work that a job does to many, with undo in the toast.</summary>
internal static class WorkOnRow
{
    /// <summary>Does it; with the version that it left, takes it back.</summary>
    public static async Task<Result<WorkRow>> Run(HttpContext http, CrmDb db, ListOf list, ListWork work, long id, int? undo, CancellationToken ct)
    {
        if (!db.Actor.May(work.Permission))
        {
            return new Refusal.Forbidden();
        }

        var row = new WorkRow { RowId = id, VersionAfter = undo ?? 0 };
        var order = new WorkOrder { List = list.Key, Act = work.Key, Ids = [id], UndoOf = undo is null ? null : 0 };
        var done = await db.Write<Result<WorkRow>>(async () =>
        {
            await list.Work(http.RequestServices, order, [row], ct);
            return row.Outcome == "done" ? row : new Refusal.Conflict(row.Reason ?? "common.not_found");
        }, ct);
        if (done.TryGet(out _, out _))
        {
            await list.Worked(http.RequestServices, 0, order, ct); // What follows may take long, and has transactions of its own.
        }

        return done;
    }

    /// <summary>Whether a row's menu does it at once: what is taken away can be given back from the toast.</summary>
    public static bool Takes(ListOf list, ListWork work) => work is { Danger: true, Leads: null, Lookup: null, AsksReason: false } && list.Undoes(work.Key);

    /// <summary>Leaves the word on it with the way back, and gives the page to go on with.</summary>
    public static string Told(HttpContext http, ListOf list, ListWork work, WorkRow row, string? name, string returnUrl)
    {
        var back = new Dictionary<string, string> { ["undo"] = row.VersionAfter.ToString(System.Globalization.CultureInfo.InvariantCulture), ["returnUrl"] = returnUrl };
        new Notice(Texts.Get("list.row_done", Texts.Get(work.TextKey), name), Undo: new($"/lists/{list.Key}/rows/{row.RowId}/{work.Key}", back)).Leave(http);
        return returnUrl;
    }

    /// <summary>The button of a row, and what its toast posts to take it back.</summary>
    public static async Task<IResult> Post(string list, long id, string act, HttpContext http, CrmDb db, [FromForm] int? undo, [FromForm] string? returnUrl, CancellationToken ct)
    {
        if (ListRoutes.Seen(http, list) is not { } of || of.Works.FirstOrDefault(w => w.Key == act) is not { } work || !(work.AtOnce || (undo is not null && Takes(of, work))))
        {
            return TypedResults.NotFound();
        }

        var name = (await of.NamesOfRows(db, [id], ct)).GetValueOrDefault(id);
        if ((await Run(http, db, of, work, id, undo, ct)).TryGet(out var row, out var refusal))
        {
            var back = undo is not null || !of.Undoes(act) ? null : new Notice.Back($"/lists/{list}/rows/{id}/{act}", new Dictionary<string, string> { ["undo"] = row.VersionAfter.ToString(System.Globalization.CultureInfo.InvariantCulture), ["returnUrl"] = returnUrl ?? of.Path });
            new Notice(Texts.Get(undo is null ? "list.row_done" : "list.row_undone", Texts.Get(work.TextKey), name), Undo: back).Leave(http);
        }
        else
        {
            new Notice(refusal.Said(), IsError: true).Leave(http);
        }

        return TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, of.Path));
    }
}
