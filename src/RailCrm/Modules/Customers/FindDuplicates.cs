using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>Customers that may be the same one, in the whole group.</summary>
public static class FindDuplicates
{
    /// <summary>Most of an address that is looked for.</summary>
    private const int LongestAddress = 1_000;

    /// <summary>Tells that one exists and whom to ask; who it is, only to those who may see it.</summary>
    /// <param name="Reason">creditCode, name, phone or address: the strongest of <paramref name="Reasons"/>.</param>
    /// <param name="UnitName">The unit to ask.</param>
    /// <param name="Id">The customer, where the actor sees it.</param>
    /// <param name="Name">Its name, where the actor sees it.</param>
    /// <param name="Number">Its number, where the actor sees it.</param>
    /// <param name="Manager">Who manages it, where the actor sees it and somebody does.</param>
    /// <param name="Reasons">All that is the same.</param>
    /// <param name="InBin">Whether it lies in the bin, for those who may look there.</param>
    /// <param name="Ask">The page that asks its unit to share it, where the actor does not see it.</param>
    public sealed record Match(string Reason, string UnitName, long? Id, string? Name, string? Number, string? Manager, IReadOnlyList<string> Reasons, bool InBin = false, string? Ask = null);

    /// <summary>What is told while one types.</summary>
    /// <param name="Items">Those that may be the same.</param>
    /// <param name="NextCursor">Always null: all of them stand here.</param>
    /// <param name="Similar">Others whose name is alike and that have nothing else in common, of those that the actor sees.</param>
    public sealed record Answer(IReadOnlyList<Match> Items, string? NextCursor, IReadOnlyList<SimilarNames.Similar> Similar);

    /// <summary>One that was met, whether the actor sees it or not.</summary>
    internal sealed record Met(long Id, long UnitId, Match Match);

    internal static Task<IReadOnlyList<Match>> Run(CrmDb db, Customer customer, CancellationToken ct) =>
        Run(db, customer.Id, customer.CreditCode, customer.NormalizedName, customer.PhoneDigits, ct, name: customer.Name);

    internal static async Task<IReadOnlyList<Match>> Run(CrmDb db, long except, string? creditCode, string normalizedName, string? phoneDigits, CancellationToken ct, string? address = null, string? name = null) =>
        [.. (await Find(db, except, creditCode, normalizedName, phoneDigits, address, name, ct)).Select(m => m.Match)];

    /// <remarks>The one place that looks past the scope: a duplicate is a duplicate wherever it lies. Each condition reads an index.</remarks>
    private static async Task<IReadOnlyList<Met>> Find(CrmDb db, long except, string? creditCode, string normalizedName, string? phoneDigits, string? address, string? name, CancellationToken ct)
    {
        var all = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).AsNoTracking().Where(c => c.Id != except);
        var found = new List<(string Reason, long Id, string Name, string Number, long UnitId)>();
        async Task Look(string reason, IQueryable<Customer> same) =>
            found.AddRange((await same.OrderBy(c => c.Id).Take(5).Select(c => new { c.Id, c.Name, c.Number, c.UnitId }).ToListAsync(ct)).Select(c => (reason, c.Id, c.Name, c.Number, c.UnitId)));

        if (creditCode is not null)
        {
            await Look("creditCode", all.Where(c => c.CreditCode == creditCode));
        }

        if (normalizedName.Length > 0)
        {
            await Look("name", all.Where(c => c.NormalizedName == normalizedName && c.DeletedAt == null));
        }

        // By what is hidden from the actor nothing is found: that there is one would tell it.
        bool Hidden(string list, string field) => db.Actor.Fields.Of(list, field) == FieldRight.Hidden;
        if (phoneDigits is not null && !Hidden("customers", nameof(Customer.Phone)))
        {
            await Look("phone", all.Where(c => c.PhoneDigits == phoneDigits && c.DeletedAt == null));
        }

        if (phoneDigits is not null && !Hidden("contacts", nameof(Contact.Mobile)) && !Hidden("contacts", nameof(Contact.Mobile2)) && !Hidden("contacts", nameof(Contact.Phone)) && !Hidden("contacts", nameof(Contact.Phone2)))
        {
            // Not the switchboard, but anybody who works there.
            var contacts = db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();
            var called = await contacts.Where(k => k.MobileDigits == phoneDigits || k.Mobile2Digits == phoneDigits).Select(k => k.CustomerId).Take(5)
                .Concat(contacts.Where(k => k.PhoneDigits == phoneDigits || k.Phone2Digits == phoneDigits).Select(k => k.CustomerId).Take(5)).ToListAsync(ct);
            if (called.Count > 0)
            {
                await Look("phone", all.Where(c => EF.Parameter(called).Contains(c.Id) && c.DeletedAt == null));
            }
        }

        if (address is not null && !Hidden("customers", nameof(Customer.RegisteredAddress)) && !Hidden("customers", nameof(Customer.BusinessAddress)) && DuplicateScore.Subject.Of(0, "", null, [], null, address).AddressKey is { } place)
        {
            // The key of what an import changed is of yesterday: the address itself decides.
            var alike = await (from k in db.Set<CustomerKeys>().IgnoreQueryFilters([CrmDb.ScopeFilter]) join c in all on k.CustomerId equals c.Id where k.AddressKey == place orderby k.CustomerId select new { c.Id, c.RegisteredAddress, c.BusinessAddress }).Take(5).ToListAsync(ct);
            var there = alike.Where(c => DuplicateScore.Subject.Of(0, "", null, [], c.RegisteredAddress, c.BusinessAddress).AddressKey == place).Select(c => c.Id).ToList();
            if (there.Count > 0)
            {
                await Look("address", all.Where(c => EF.Parameter(there).Contains(c.Id) && c.DeletedAt == null));
            }
        }

        if (found.Count == 0)
        {
            return [];
        }

        var ids = found.Select(f => f.Id).Distinct().ToList();
        var binned = db.Actor.May(Permission.CustomersDelete) ? await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => ids.Contains(c.Id) && c.DeletedAt != null).Select(c => c.Id).ToListAsync(ct) : [];
        List<long> visible = [.. await db.Set<Customer>().Where(c => ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(ct), .. binned];
        var unitIds = found.Select(f => f.UnitId).Distinct().ToList();
        var units = await db.Set<OrgUnit>().Where(u => unitIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var now = db.UtcNow;
        var managers = visible.Count == 0 ? [] : (await (from g in db.Set<CustomerGrant>() join u in db.Set<User>() on g.UserId equals u.Id where EF.Parameter(visible).Contains(g.CustomerId) && g.Reason == "manager" && (g.Until == null || g.Until > now) orderby g.Id select new { g.CustomerId, u.DisplayName }).ToListAsync(ct))
            .GroupBy(m => m.CustomerId).ToDictionary(m => m.Key, m => m.First().DisplayName);
        string Ask(string unit) => QueryHelpers.AddQueryString("/customers/ask", new Dictionary<string, string?> { ["unit"] = unit, ["name"] = name, ["creditCode"] = creditCode, ["phone"] = phoneDigits, ["address"] = address }.Where(p => !string.IsNullOrEmpty(p.Value)));
        return [.. found.GroupBy(f => f.Id).Select(same => (One: same.First(), Reasons: (IReadOnlyList<string>)[.. same.Select(f => f.Reason).Distinct()])).Select(f => new Met(f.One.Id, f.One.UnitId, visible.Contains(f.One.Id)
            ? new Match(f.One.Reason, units[f.One.UnitId], f.One.Id, f.One.Name, f.One.Number, managers.GetValueOrDefault(f.One.Id), f.Reasons, binned.Contains(f.One.Id))
            : new Match(f.One.Reason, units[f.One.UnitId], null, null, null, null, f.Reasons, Ask: Ask(units[f.One.UnitId]))))];
    }

    /// <summary>While one types: what is there already under the name, the code, the phone or the address.</summary>
    internal static async Task<IResult> Get(string? name, string? creditCode, string? phone, string? address, long? id, CrmDb db, CancellationToken ct) =>
        await Typed(db, id, name, creditCode, phone, address, ct) is { } found ? TypedResults.Ok(new Answer(found, null, await SimilarNames.Find(db, name, [.. found.Select(m => m.Id).Append(id).OfType<long>()], ct))) : Answers.Problem(new Refusal.Invalid("customer.text_unstorable", nameof(name)));

    /// <summary>What is there under these texts as they were typed; null where one of them cannot be looked for.</summary>
    internal static async Task<IReadOnlyList<Match>?> Typed(CrmDb db, long? except, string? name, string? creditCode, string? phone, string? address, CancellationToken ct) =>
        await Finds(db, except, name, creditCode, phone, address, ct) is { } met ? [.. met.Select(m => m.Match)] : null;

    /// <summary>As the other, with what stays unsaid: for those who act on it and show none of it.</summary>
    internal static async Task<IReadOnlyList<Met>?> Finds(CrmDb db, long? except, string? name, string? creditCode, string? phone, string? address, CancellationToken ct)
    {
        if (new[] { name, creditCode, phone }.Any(t => t?.Length > Customer.NameLength || !PlainText.IsStorable(t)) || address?.Length > LongestAddress || !PlainText.IsStorable(address))
        {
            return null;
        }

        var code = string.IsNullOrWhiteSpace(creditCode) ? null : UnifiedSocialCreditCode.Normalise(creditCode);
        return await Find(db, except ?? 0, code, string.IsNullOrWhiteSpace(name) ? "" : CompanyName.Normalised(name), PhoneNumber.Digits(phone), address, name?.Trim(), ct);
    }
}
