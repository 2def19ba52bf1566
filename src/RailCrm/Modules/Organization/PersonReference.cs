using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Organization;

/// <summary>A custom field that names a person with an account: by sign-in name or by the name shown.</summary>
internal sealed class PersonReference : ICustomReference
{
    private const int Most = 12;

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

    /// <summary>People of the actor's units whose sign-in name or name holds what is typed. Accounts are some thousands.</summary>
    internal static async Task<IResult> People(string? q, CrmDb db, CancellationToken ct)
    {
        var text = (q ?? "").Trim();
        if (text.Length > 50 || !PlainText.IsStorable(text))
        {
            return TypedResults.Ok(new { items = Array.Empty<object>() });
        }

        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var found = await db.Set<User>().AsNoTracking().Where(u => units.Contains(u.UnitId) && !u.Disabled && (u.DisplayName!.Contains(text) || u.UserName!.Contains(text))).OrderBy(u => u.UserName).Take(Most).Select(u => new { u.UserName, u.DisplayName }).ToListAsync(ct);
        return TypedResults.Ok(new { items = found.Select(u => new { value = Text(u.UserName, u.DisplayName), label = u.DisplayName ?? u.UserName, hint = u.UserName }) });
    }

    private static string Text(string? userName, string? displayName) => displayName is null || displayName == userName ? userName ?? "" : $"{userName} {displayName}";
}
