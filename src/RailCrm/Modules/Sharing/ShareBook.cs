using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Sharing;

/// <summary>Writes what is shared and what no longer is, each with a line in the customer's history. What the actor may do is decided before; whoever writes is alone with the customer's shares (<see cref="Alone"/>).</summary>
internal sealed class ShareBook(CrmDb db)
{
    /// <summary>Shared with one; its text is <c>inbox.kind_shared</c>.</summary>
    public const string Told = "shared";

    /// <summary>What stands in the history where nobody wrote why it ended.</summary>
    public const string Replaced = "replaced", Expired = "expired", Returned = "returned";

    /// <summary>Heads who are told of what is shared with their unit.</summary>
    private const int MostHeads = 20;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What holds now, of all customers.</summary>
    public static IQueryable<CustomerGrant> Open(CrmDb db)
    {
        var now = db.UtcNow;
        return db.Set<CustomerGrant>().Where(g => g.Reason == CustomerGrant.Shared && (g.Until == null || g.Until > now));
    }

    /// <summary>Holds back whoever shares the same customer at the same time.</summary>
    public Task Alone(long customerId, CancellationToken ct) => db.Alone($"shares:{customerId}", ct);

    /// <summary>The day a share no longer holds; null where no end is set.</summary>
    public static DateOnly? Day(DateTime? until) => until is { } end ? BusinessCalendar.Day(end) : null;

    /// <summary>Shares a customer. What the recipient had of it before ends.</summary>
    public async Task<CustomerGrant> Give(long customerId, Recipient to, bool writes, DateOnly? until, string why, long? approvalId, CancellationToken ct)
    {
        var held = await db.Set<CustomerGrant>().Where(g => g.CustomerId == customerId && g.Reason == CustomerGrant.Shared && g.UserId == to.UserId && g.UnitId == to.UnitId).ToListAsync(ct);
        await End(held, g => g.Until > db.UtcNow || g.Until is null ? Replaced : Expired, ct);
        var made = new CustomerGrant
        {
            CustomerId = customerId, UserId = to.UserId, UnitId = to.UnitId, Reason = CustomerGrant.Shared, Writes = writes, Until = until is { } day ? BusinessCalendar.StartOfDay(day) : null,
            Why = why, GivenBy = db.Actor.UserId, GivenAt = db.UtcNow, ApprovalId = approvalId,
        };
        db.Add(made);
        db.Add(Entry(customerId, customerId, "shared", new() { ["With"] = [null, to.Name], ["Access"] = [null, Access(writes)], ["Until"] = [null, Said(made.Until)], ["Reason"] = [null, why] }));
        foreach (var user in to.UserId is { } one ? [one] : await Heads(to.UnitId!.Value, ct))
        {
            if (user != db.Actor.UserId)
            {
                db.Add(new InboxLine { UserId = user, Kind = Told, CustomerId = customerId, RecordKind = RecordKind.Customer, RecordId = 0, ActorId = db.Actor.UserId, At = db.UtcNow });
            }
        }

        await db.SaveChangesAsync(ct);
        return made;
    }

    /// <summary>Ends some shares, of which nothing remains but the history.</summary>
    public async Task End(IReadOnlyList<CustomerGrant> shares, Func<CustomerGrant, string> reason, CancellationToken ct)
    {
        var (people, units) = (shares.Select(g => g.UserId ?? 0).Distinct().ToList(), shares.Select(g => g.UnitId ?? 0).Distinct().ToList());
        var names = shares.Count == 0 ? [] : await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => $"{u.DisplayName} ({u.UserName})", ct);
        var places = shares.Count == 0 ? [] : await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        foreach (var share in shares)
        {
            var name = share.UserId is { } user ? names.GetValueOrDefault(user) : places.GetValueOrDefault(share.UnitId ?? 0);
            db.Add(Entry(share.CustomerId, share.Id, "unshared", new() { ["With"] = [name, null], ["Access"] = [Access(share.Writes), null], ["Until"] = [Said(share.Until), null], ["EndReason"] = [null, reason(share)] }));
        }

        db.RemoveRange(shares);
    }

    private Task<List<long>> Heads(long unitId, CancellationToken ct) => db.Set<User>().Where(u => u.UnitId == unitId && !u.Disabled
        && (from r in db.Set<IdentityUserRole<long>>() join p in db.Set<RolePermission>() on r.RoleId equals p.RoleId where r.UserId == u.Id && p.Permission == Permission.CustomersSupervise select r).Any()).OrderBy(u => u.Id).Select(u => u.Id).Take(MostHeads).ToListAsync(ct);

    private AuditEntry Entry(long customerId, long id, string action, Dictionary<string, string?[]> changes) =>
        new(db.Actor, db.UtcNow, action, nameof(CustomerGrant), id, customerId, JsonSerializer.Serialize(changes.Where(c => c.Value[0] != c.Value[1]).ToDictionary(), Json));

    /// <summary>read or write.</summary>
    private static string Access(bool writes) => writes ? "write" : "read";

    private static string? Said(DateTime? until) => Day(until)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
