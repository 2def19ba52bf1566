using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Organization;

/// <summary>A custom field that names a person with an account: by sign-in name or by the name shown.</summary>
internal sealed class PersonReference : ICustomReference
{
    private const int Most = 12;

    /// <summary>Accounts looked through; a group has fewer.</summary>
    private const int MostRead = 5_000;

    public CustomKind Kind => CustomKind.Person;

    public string? Lookup => "/api/v1/lookup/accounts?q=";

    public string? Href(long id) => null;

    public async Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct)
    {
        var name = typed.Split(' ', 2)[0].ToUpperInvariant();
        long? id = long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && await db.Set<User>().AnyAsync(u => u.Id == key, ct) ? key
            : await db.Set<User>().Where(u => u.NormalizedUserName == name).Select(u => (long?)u.Id).SingleOrDefaultAsync(ct)
            ?? (await db.Set<User>().Where(u => u.DisplayName == typed).Select(u => u.Id).Take(2).ToListAsync(ct) is [var one] ? one : null);
        return id is { } found ? JsonValue.Create(found) : null;
    }

    public async Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        (await db.Set<User>().AsNoTracking().Where(u => EF.Parameter(ids).Contains(u.Id)).Select(u => new { u.Id, u.UserName, u.DisplayName }).ToListAsync(ct)).ToDictionary(u => u.Id, u => Text(u.UserName, u.DisplayName));

    /// <summary>People of the actor's units by name, pinyin, initials or sign-in name, while one types. Accounts are some thousands.</summary>
    internal static async Task<IResult> People(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        var text = (q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length > 50 || !PlainText.IsStorable(text))
        {
            return LookupAnswer.None;
        }

        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var all = db.Set<User>().AsNoTracking().Where(u => units.Contains(u.UnitId) && !u.Disabled).OrderBy(u => u.Id).Select(u => new { u.Id, u.UserName, u.DisplayName });
        var people = await all.Take(MostRead).ToListAsync(ct);
        if (people.Count == MostRead && text.Length > 0)
        {
#pragma warning disable CA1310 // Translated to SQL, where the column's collation decides.
            people = [.. people.Concat(await all.Where(u => u.DisplayName.Contains(text) || u.UserName!.StartsWith(text)).Take(Most).ToListAsync(ct)).DistinctBy(u => u.Id)]; // Those beyond are found as they are written.
#pragma warning restore CA1310
        }

        static LookupItem Item(long id, string? userName, string? name) => new(id, Text(userName, name), name ?? userName, userName);
        return text.Length == 0
            ? LookupAnswer.Recent(await opened.Chosen(db, "accounts", ct), people.Select(u => Item(u.Id, u.UserName, u.DisplayName)), Most)
            : LookupAnswer.Of(people.Select(u => (Person: u, Rank: TextMatch.Rank(text, u.DisplayName) ?? TextMatch.Rank(text, u.UserName!))).Where(u => u.Rank is not null)
                .OrderBy(u => u.Rank).ThenBy(u => u.Person.DisplayName.Length).ThenBy(u => u.Person.UserName, StringComparer.Ordinal).Take(Most).Select(u => Item(u.Person.Id, u.Person.UserName, u.Person.DisplayName)));
    }

    private static string Text(string? userName, string? displayName) => displayName is null || displayName == userName ? userName ?? "" : $"{userName} {displayName}";
}
