using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Organization;

/// <summary>The people of the units in the actor's scope, by name, page by page.</summary>
internal sealed class ListEmployees(CrmDb db)
{
    private const int PageSize = 50;

    public sealed record Query(string? Q = null, long? Unit = null, bool Left = false, string? Cursor = null);

    public sealed record Item(long Id, string Number, string Name, string UnitName, string? Position, string? Phone, string? UserName, bool Active);

    private sealed record Mark(string Name, long Id);

    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (!TryRead(query.Cursor, out var mark))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
        }

        var range = PathRange.Of(db.Scope);
        if (query.Unit is { } unitId)
        {
            var path = await range.Of(db).Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
            range = path is null ? new("", "") : PathRange.Below(path);
        }

        var people =
            from e in db.Set<Employee>().AsNoTracking()
            join u in range.Of(db) on e.UnitId equals u.Id
            where e.Active == !query.Left
            select new { e, UnitName = u.Name };
        var text = (query.Q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 0)
        {
            if (!PlainText.IsStorable(text) || text.Length > Employee.NameLength)
            {
                return new Listing<Item>([], null);
            }

#pragma warning disable CA1308 // Pinyin is kept in lower case.
            var small = text.ToLowerInvariant();
#pragma warning restore CA1308
            // A group employs thousands, not millions: their names are walked through.
            people = people.Where(p => p.e.Name.Contains(text) || p.e.Number.StartsWith(text) || p.e.Pinyin.StartsWith(small) || p.e.Initials.Contains(small));
        }

#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
        if (mark is not null)
        {
            people = people.Where(p => string.Compare(p.e.Name, mark.Name) > 0 || (p.e.Name == mark.Name && p.e.Id > mark.Id));
        }
#pragma warning restore CA1309

        var rows = await people.OrderBy(p => p.e.Name).ThenBy(p => p.e.Id).Take(PageSize + 1)
            .Select(p => new Item(p.e.Id, p.e.Number, p.e.Name, p.UnitName, p.e.Position, p.e.Phone, db.Set<User>().Where(u => u.Id == p.e.UserId).Select(u => u.UserName).FirstOrDefault(), p.e.Active))
            .ToListAsync(ct);
        var items = rows.Take(PageSize).ToList();
        return new Listing<Item>(items, rows.Count > PageSize ? Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Mark(items[^1].Name, items[^1].Id))) : null);
    }

    private static bool TryRead(string? cursor, out Mark? mark)
    {
        mark = null;
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        try
        {
            mark = JsonSerializer.Deserialize<Mark>(Base64Url.DecodeFromChars(cursor));
            return mark?.Name is not null && PlainText.IsStorable(mark.Name);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return false;
        }
    }
}
