using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>What in the trail of the last weeks is worth a look: much taken away in a day, much looked at or refused in a night, sign-ins from many addresses. From how many on, the security administrator sets.</summary>
internal sealed class FindOddities(CrmDb db)
{
    /// <summary>Days looked back.</summary>
    public const int Days = 31;

    private const int NightFrom = 22, NightTo = 6;

    private static readonly string[] Takes = ["exported", "revealed", "denied"];

    /// <summary>One person's day, or night.</summary>
    /// <param name="Kind">export, night or addresses.</param>
    /// <param name="Day">The day; of a night the one on which it began.</param>
    /// <param name="UserId">Whose.</param>
    /// <param name="Name">The name in the trail.</param>
    /// <param name="Count">Rows, acts or addresses.</param>
    public sealed record Item(string Kind, DateOnly Day, long UserId, string Name, long Count);

    public async Task<Result<IReadOnlyList<Item>>> Run(CancellationToken ct)
    {
        if (!db.Actor.May(Permission.Audit) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("audit.group_only");
        }

        var (policy, since) = (await SecurityPolicy.Of(db, ct), db.UtcNow.AddDays(-Days));
        var counts = new Dictionary<(string Kind, DateOnly Day, long UserId), long>();
        var (addresses, names) = (new HashSet<(DateOnly, long, string)>(), new Dictionary<long, string>());
        void Count((string, DateOnly, long) key, long by) => counts[key] = counts.GetValueOrDefault(key) + by;
        foreach (var action in Takes.Append("signed_in"))
        {
            // By the index of actions, whatever else fills the trail.
            await foreach (var e in db.Set<AuditEntry>().Where(a => a.Action == action && a.At >= since && a.ActorId != 0).Select(a => new { a.At, a.ActorId, a.ActorName, a.Changes }).AsAsyncEnumerable().WithCancellation(ct))
            {
                var at = BusinessCalendar.ToBeijing(e.At);
                var day = DateOnly.FromDateTime(at);
                names[e.ActorId] = e.ActorName;
                if (action == "signed_in")
                {
                    if (Told(e.Changes, "Address") is { } address && addresses.Add((day, e.ActorId, address)))
                    {
                        Count(("addresses", day, e.ActorId), 1);
                    }

                    continue;
                }

                if (action == "exported")
                {
                    Count(("export", day, e.ActorId), long.TryParse(Told(e.Changes, "Rows"), CultureInfo.InvariantCulture, out var rows) ? rows : 1);
                }

                if (at.Hour is >= NightFrom or < NightTo)
                {
                    Count(("night", at.Hour < NightTo ? day.AddDays(-1) : day, e.ActorId), 1);
                }
            }
        }

        var least = new Dictionary<string, long> { ["export"] = policy.ExportRows, ["night"] = policy.NightActs, ["addresses"] = policy.Addresses };
        return new List<Item>(counts.Where(c => c.Value >= least[c.Key.Kind]).OrderByDescending(c => c.Key.Day).ThenByDescending(c => c.Value).ThenBy(c => c.Key.UserId)
            .Select(c => new Item(c.Key.Kind, c.Key.Day, c.Key.UserId, names[c.Key.UserId], c.Value)));
    }

    private static string? Told(string changes, string field)
    {
        try
        {
            using var json = JsonDocument.Parse(changes);
            return json.RootElement.TryGetProperty(field, out var both) && both.ValueKind == JsonValueKind.Array && both.GetArrayLength() == 2 ? both[1].ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
