using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Platform.Records;

/// <summary>Sets and takes away a person's own marks. Setting one that is set changes nothing, so a form sent twice does no harm.</summary>
internal sealed class KeepMarks(CrmDb db, RecordKinds records)
{
    /// <summary>More than that, and a list of favourites is none any more.</summary>
    public const int Most = 1_000;

    private const int MostInPalette = 6;

    /// <summary>The actor's marks on a record.</summary>
    public static async Task<IReadOnlySet<string>> Of(CrmDb db, string kind, long id, CancellationToken ct)
    {
        var (user, customer) = (db.Actor.UserId, kind == RecordKind.Customer);
        return (await db.Set<RecordMark>().Where(m => m.UserId == user && m.RecordKind == kind && (customer ? m.CustomerId == id : m.RecordId == id)).Select(m => m.Mark).ToListAsync(ct)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whose a record is; null where the actor does not see it.</summary>
    public async Task<long?> CustomerOf(string kind, long id, CancellationToken ct) => (await records.One(db, kind, id, ct))?.CustomerId;

    /// <summary>Sets the mark or takes it away.</summary>
    public async Task<Result<RecordFound>> Run(string mark, string kind, long id, bool on, CancellationToken ct)
    {
        if (await records.One(db, kind, id, ct) is not { CustomerId: > 0 } record || mark is not (RecordMark.Favourite or RecordMark.Follow))
        {
            return new Refusal.NotFound();
        }

        if (db.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        var (user, on0) = (db.Actor.UserId, kind == RecordKind.Customer ? 0 : id);
        return await db.Write<Result<RecordFound>>(async () =>
        {
            await db.Alone($"marks:{user}", ct);
            var mine = db.Set<RecordMark>().Where(m => m.UserId == user && m.Mark == mark);
            var known = await mine.SingleOrDefaultAsync(m => m.RecordKind == kind && m.CustomerId == record.CustomerId && m.RecordId == on0, ct);
            if (on && known is null)
            {
                if (await mine.CountAsync(ct) >= Most)
                {
                    return new Refusal.InvalidMany([new(nameof(mark), "mark.too_many", Most)]);
                }

                db.Add(new RecordMark { UserId = user, Mark = mark, CustomerId = record.CustomerId, RecordKind = kind, RecordId = on0, CreatedAt = db.UtcNow });
            }
            else if (!on && known is not null)
            {
                db.Remove(known);
            }

            await db.SaveChangesAsync(ct);
            return record;
        }, ct);
    }

    /// <summary>The favourites marked last that the actor still sees, for the palette.</summary>
    public async Task<IReadOnlyList<AskPalette.Group>> InPalette(CancellationToken ct)
    {
        var user = db.Actor.UserId;
        var marks = await db.Set<RecordMark>().AsNoTracking().Where(m => m.UserId == user && m.Mark == RecordMark.Favourite).OrderByDescending(m => m.Id).Take(MostInPalette * 2).ToListAsync(ct);
        var found = await records.Many(db, marks.Select(RecordKinds.Of), ct);
        var hits = marks.Select(RecordKinds.Of).Where(found.ContainsKey).Select(m => new PaletteHit(found[m].Title, Texts.Get(records.Named(m.Kind)!.TextKey), found[m].Href, "star") { Id = m.Id }).Take(MostInPalette).ToList();
        return hits.Count == 0 ? [] : [new("favourites", Texts.Get("mark.favourites"), null, hits)];
    }

    /// <summary>The star and the follow button of a record's head.</summary>
    public static async Task<IResult> Post(HttpContext http, [FromForm] string mark, [FromForm] string kind, [FromForm] long id, [FromForm] bool on, [FromForm] string? returnUrl, KeepMarks useCase, CancellationToken ct)
    {
        var done = await useCase.Run(mark, kind, id, on, ct);
        if (done.TryGet(out var record, out var refusal))
        {
            new Notice(Texts.Get($"mark.{mark}_{(on ? "on" : "off")}", record.Title)).Leave(http);
            return TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, record.Href));
        }

        if (refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        new Notice(refusal.Said(), IsError: true).Leave(http);
        return TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, "/"));
    }
}
