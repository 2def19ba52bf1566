using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Customers;

/// <summary>Who made a record before it came here, and when, as the import that brings it says. Given on creation alone; no change of a record touches it.</summary>
/// <param name="AuthorId">The account; null where the file tells of none.</param>
/// <param name="Author">What the account is called.</param>
/// <param name="At">UTC; null where the file tells of none.</param>
/// <param name="ImportId">The import.</param>
/// <param name="File">Its file.</param>
internal sealed record Origin(long? AuthorId, string? Author, DateTime? At, long ImportId, string File)
{
    /// <summary>The event of the trail that says so: what was really done here, by whom and when, stands beside it.</summary>
    public const string Kept = "origin_kept";

    /// <summary>The accounts of a page by the names people read.</summary>
    public static readonly NamesOf People = (db, ids, ct) => db.Set<User>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);

    /// <summary>The accounts that a filter means by a key, a sign-in name, alone or before the name shown, or that name itself; null stands for nobody, where nothing is asked.</summary>
    public static async Task<List<long?>> Authors(CrmDb db, string typed, CancellationToken ct)
    {
        var text = typed.Trim();
        if (text.Length == 0)
        {
            return [null];
        }

        if (!PlainText.IsStorable(text))
        {
            return [];
        }

        // The very account, as a look-up writes it, before everybody who is called so; a key last, since numbers are sign-in names too.
        var name = text.ToUpperInvariant();
        var ids = await db.Set<User>().Where(u => u.NormalizedUserName == name || u.UserName + " " + u.DisplayName == text).Select(u => (long?)u.Id).ToListAsync(ct);
        ids = ids.Count > 0 ? ids : await db.Set<User>().Where(u => u.DisplayName == text).Select(u => (long?)u.Id).ToListAsync(ct);
        return ids.Count == 0 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? [key] : ids;
    }

    /// <summary>The entry of the trail.</summary>
    public AuditEntry Told(CrmDb db, string entity, long id, long customerId)
    {
        var said = new Dictionary<string, object?[]> { ["OriginalAuthor"] = [null, Author], ["OriginalTime"] = [null, At is { } at ? Day(at) : null], ["BroughtBy"] = [null, $"{File} · #{ImportId.ToString(CultureInfo.InvariantCulture)}"] };
        return new(db.Actor, db.UtcNow, Kept, entity, id, customerId, JsonSerializer.Serialize(said.Where(s => s.Value[1] is not null).ToDictionary(), Json));
    }

    /// <summary>Who made a record and when, in one line; with the import where one said so. Records of before the author was kept have it from the trail.</summary>
    public static async Task<string> Line(CrmDb db, string entity, long id, DateTime at, long? authorId, CancellationToken ct)
    {
        // Both are written as the record is made, so that its first few entries tell, however many follow.
        var told = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == entity && a.EntityId == id).OrderBy(a => a.Id).Take(4).ToListAsync(ct);
        var author = authorId > 0 ? await db.Set<User>().Where(u => u.Id == authorId).Select(u => u.DisplayName).SingleOrDefaultAsync(ct) : told.Find(a => a.Action == "created")?.ActorName;
        var line = author is null or "" or "system" ? Texts.Get("origin.made", Figures.Time(at)) : Texts.Get("origin.made_by", Figures.Time(at), author);
        var by = told.Find(a => a.Action == Kept) is { } kept ? JsonSerializer.Deserialize<Dictionary<string, string?[]>>(kept.Changes)!["BroughtBy"][1] : null;
        return by is null ? line : $"{line} · {Texts.Get("origin.brought", by)}";
    }

    /// <summary>An instant as the export writes it and an import reads it: Beijing time, to the second.</summary>
    public static string Day(DateTime at) => BusinessCalendar.ToBeijing(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };
}
