using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Records;

/// <summary>Stars many rows of a list, follows them, or no more: the actor's own marks, each set as the record's head sets it.</summary>
internal sealed class MarkRows(CrmDb db, RecordKinds records, KeepMarks marks)
{
    private static readonly Dictionary<string, (string Mark, bool On)> Acts = new(StringComparer.Ordinal)
    {
        ["star"] = (RecordMark.Favourite, true), ["unstar"] = (RecordMark.Favourite, false), ["follow"] = (RecordMark.Follow, true), ["unfollow"] = (RecordMark.Follow, false),
    };

    /// <summary>Whether a work is one of these.</summary>
    public static bool Is(string act) => Acts.ContainsKey(act);

    /// <summary>The works, for whoever may see the list.</summary>
    public static IReadOnlyList<ListWork> Works(string permission) =>
        [new("star", "mark.star", "star", permission), new("follow", "mark.follow", "bell", permission), new("unstar", "mark.unstar", "star", permission), new("unfollow", "mark.unfollow", "bell", permission)];

    /// <summary>Does it to some rows. Marks are the actor's own, so that no version stands in their way.</summary>
    /// <param name="kind">One of <see cref="RecordKind"/>: what the rows are.</param>
    /// <param name="order">What is to be done, or taken back.</param>
    /// <param name="rows">To these.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Run(string kind, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var (mark, on) = Acts[order.Act];
        on ^= order.UndoOf is not null;
        var (user, customer, ids) = (db.Actor.UserId, kind == RecordKind.Customer, rows.Select(r => r.RowId).ToList());
        var seen = await records.Many(db, ids.Select(id => (kind, id)), ct);
        var mine = db.Set<RecordMark>().Where(m => m.UserId == user && m.Mark == mark && m.RecordKind == kind);
        var marked = await (customer ? mine.Select(m => m.CustomerId) : mine.Select(m => m.RecordId)).Where(id => EF.Parameter(ids).Contains(id)).ToHashSetAsync(ct);
        foreach (var row in rows)
        {
            if (!seen.ContainsKey((kind, row.RowId)))
            {
                row.Refuse("common.not_found");
            }
            else if (marked.Contains(row.RowId) == on)
            {
                row.Outcome = "same";
            }
            else if ((await marks.Run(mark, kind, row.RowId, on, ct)).TryGet(out _, out var refusal))
            {
                row.Outcome = "done";
            }
            else
            {
                row.Refuse(refusal is Refusal.InvalidMany ? "mark.full" : refusal.Code);
            }
        }
    }
}
