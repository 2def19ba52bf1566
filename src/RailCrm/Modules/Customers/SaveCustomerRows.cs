using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Writes the lists of a customer: rows that stay keep their key, so that the history shows what changed and not all of it.</summary>
internal static class SaveCustomerRows
{
    /// <summary>Reads the lists about to be replaced.</summary>
    public static async Task Read(CrmDb db, Customer customer, SaveCustomer.Input input, CancellationToken ct)
    {
        var entry = db.Entry(customer);
        if (input.Shareholders is not null)
        {
            await entry.Collection(c => c.Shareholders).LoadAsync(ct);
        }

        if (input.Products is not null)
        {
            await entry.Collection(c => c.Products).LoadAsync(ct);
        }

        if (input.MainStations is not null)
        {
            await entry.Collection(c => c.MainStations).LoadAsync(ct);
        }

        if (input.Sidings is not null)
        {
            await entry.Collection(c => c.Sidings).Query().Include(s => s.Siding).LoadAsync(ct);
        }
    }

    /// <summary>Replaces the lists that were said; null where nothing is wrong.</summary>
    public static async Task<Refusal?> Write(CrmDb db, Customer customer, SaveCustomer.Input input, CancellationToken ct)
    {
        Replace(db, customer.Shareholders, input.Shareholders, s => s.Name, r => r.Name!.Trim(), (r, s) =>
            (s.Name, s.ShareBasisPoints, s.Kind) = (r.Name!.Trim(), (int)Math.Round(r.SharePercent!.Value * 100, MidpointRounding.AwayFromZero), PlainText.Trimmed(r.Kind)));
        Replace(db, customer.Products, input.Products, p => p.Name, r => r.Name!.Trim(), (r, p) =>
            (p.Name, p.AnnualOutput, p.StockOnHand, p.Unit, p.AsOf) = (r.Name!.Trim(), r.AnnualOutput, r.StockOnHand, PlainText.Trimmed(r.Unit), r.AsOf));
        Replace(db, customer.MainStations, input.MainStations, s => $"{s.Sending} {s.Station}", r => $"{r.Role is not StationRole.Receiving} {CustomerRowRules.Station(r.Station)}", (r, s) =>
            (s.Sending, s.Station, s.YearlyTonnes) = (r.Role is not StationRole.Receiving, CustomerRowRules.Station(r.Station), r.YearlyTonnes));
        return input.Sidings is null ? null : await Sidings(db, customer, input.Sidings, ct);
    }

    /// <summary>Whether any row of the customer is about to change.</summary>
    public static bool Changed(CrmDb db) =>
        db.ChangeTracker.Entries().Any(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && e.Entity is Shareholder or CustomerProduct or MainStation or CustomerSiding or Siding);

    private static void Replace<TRow, TSaid>(CrmDb db, List<TRow> stored, List<TSaid>? said, Func<TRow, string> keyOf, Func<TSaid, string> keySaid, Action<TSaid, TRow> write) where TRow : class, new()
    {
        if (said is null)
        {
            return;
        }

        var left = stored.GroupBy(keyOf).ToDictionary(g => g.Key, g => new Queue<TRow>(g), StringComparer.Ordinal);
        foreach (var row in said)
        {
            if (!left.TryGetValue(keySaid(row), out var same) || !same.TryDequeue(out var target))
            {
                stored.Add(target = new());
            }

            write(row, target);
        }

        foreach (var gone in left.Values.SelectMany(q => q))
        {
            stored.Remove(gone);
            db.Remove(gone);
        }
    }

    private static async Task<Refusal?> Sidings(CrmDb db, Customer customer, List<SidingRow> said, CancellationToken ct)
    {
        var left = customer.Sidings.ToDictionary(s => s.SidingId);
        for (var i = 0; i < said.Count; i++)
        {
            var row = said[i];
            var (station, name) = (CustomerRowRules.Station(row.ConnectionStation), row.Name!.Trim());
            var siding = await db.Set<Siding>().SingleOrDefaultAsync(s => s.ConnectionStation == station && s.Name == name, ct);
            if (siding is null)
            {
                siding = new() { ConnectionStation = station, Name = name };
                Facts(row, siding);
                customer.Sidings.Add(new() { Siding = siding });
                continue;
            }

            if (row.SaysFacts && Differs(row, siding))
            {
                if (await UsedBeyond(db, siding.Id, ct) is { } unit)
                {
                    return new Refusal.InvalidMany([new($"{nameof(SaveCustomer.Input.Sidings)}[{i}].{nameof(row.Name)}", "customer.siding_shared", name, unit)]);
                }

                Facts(row, siding);
            }

            if (!left.Remove(siding.Id))
            {
                customer.Sidings.Add(new() { SidingId = siding.Id, Siding = siding });
            }
        }

        foreach (var gone in left.Values)
        {
            customer.Sidings.Remove(gone);
            db.Remove(gone);
        }

        return null;
    }

    private static bool Differs(SidingRow row, Siding s) =>
        (PlainText.Trimmed(row.Owner), row.LengthMetres, row.Tracks, row.WagonsPerDay, row.AgreementExpiresOn) != (s.Owner, s.LengthMetres, s.Tracks, s.WagonsPerDay, s.AgreementExpiresOn);

    private static void Facts(SidingRow row, Siding s) =>
        (s.Owner, s.LengthMetres, s.Tracks, s.WagonsPerDay, s.AgreementExpiresOn) = (PlainText.Trimmed(row.Owner), row.LengthMetres, row.Tracks, row.WagonsPerDay, row.AgreementExpiresOn);

    /// <summary>The unit to ask before a siding's facts change: one whose customers use it too, beyond what the actor sees; null where there is none.</summary>
    private static async Task<string?> UsedBeyond(CrmDb db, long sidingId, CancellationToken ct)
    {
        var users = await db.Set<CustomerSiding>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(s => s.SidingId == sidingId).Select(s => s.CustomerId).ToListAsync(ct);
        var seen = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(users).Contains(c.Id)).Select(c => c.Id).ToListAsync(ct);
        return users.Except(seen).Select(id => (long?)id).FirstOrDefault() is { } other
            ? await (from c in db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]) join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where c.Id == other select u.Name).SingleAsync(ct)
            : null;
    }
}
