using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>A customer on a siding.</summary>
public sealed record SidingUser(long CustomerId, string Number, string Name);

/// <summary>Answers, from the module that knows customers, who uses which siding, within the actor's scope.</summary>
public interface ISidingUsers
{
    /// <summary>Siding → number of customers; sidings nobody uses are left out.</summary>
    Task<IReadOnlyDictionary<long, int>> Count(IReadOnlyList<long> sidings, CancellationToken ct);

    /// <summary>The first customers of one siding, by name.</summary>
    Task<IReadOnlyList<SidingUser>> List(long siding, CancellationToken ct);
}

/// <summary>Sidings by name or station, or those whose agreement ends soon.</summary>
public sealed class ListSidings(CrmDb db, FindStations stations, ISidingUsers users, TimeProvider clock)
{
    /// <summary>An agreement that ends within so many days wants renewing.</summary>
    public const int SoonDays = 60;

    private const int PageSize = 50;

    /// <summary>A siding with what is asked of it at a glance.</summary>
    public sealed record Item(Siding Siding, int Customers, Expiry Expiry);

    /// <summary>How an agreement stands today.</summary>
    public enum Expiry
    {
        /// <summary>Long to run, or no date known.</summary>
        Fine,

        /// <summary>Ends within <see cref="SoonDays"/>.</summary>
        Soon,

        /// <summary>Ended.</summary>
        Past,
    }

    /// <summary>A page of them, and where the next begins.</summary>
    public sealed record Listed(IReadOnlyList<Item> Items, string? Next);

    /// <summary>By name; where something is typed, those it may mean; where <paramref name="expiring"/>, those that end soon, the earliest first.</summary>
    public async Task<Listed> Run(string? typed, bool expiring, string? after, CancellationToken ct)
    {
        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (!PlainText.IsStorable(text) || text.Length > 100)
        {
            return new([], null);
        }

        var sidings = db.Set<Siding>().AsNoTracking();
        var soon = clock.Today().AddDays(SoonDays);
        if (expiring)
        {
            return new(await Items(await sidings.Where(s => s.AgreementExpiresOn <= soon).OrderBy(s => s.AgreementExpiresOn).ThenBy(s => s.Id).Take(200).ToListAsync(ct), ct), null);
        }

        if (text.Length > 0)
        {
            // A station is meant as a clerk types it: gqz, GZD, 高桥.
            var meant = (await stations.Run(text, 5, ct)).Select(s => s.Name).ToList();
            var found = await sidings.Where(s => s.Name.Contains(text) || s.ConnectionStation.Contains(text) || EF.Parameter(meant).Contains(s.ConnectionStation))
                .OrderBy(s => s.Name).ThenBy(s => s.Id).Take(PageSize).ToListAsync(ct); // Some thousand rows at most.
            return new(await Items(found, ct), null);
        }

        if (Mark.Read(after) is var (name, id))
        {
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            sidings = sidings.Where(s => string.Compare(s.Name, name) > 0 || (s.Name == name && s.Id > id));
#pragma warning restore CA1309
        }

        var rows = await sidings.OrderBy(s => s.Name).ThenBy(s => s.Id).Take(PageSize + 1).ToListAsync(ct);
        return new(await Items([.. rows.Take(PageSize)], ct), rows.Count > PageSize ? Mark.Of(rows[PageSize - 1].Name, rows[PageSize - 1].Id) : null);
    }

    /// <summary>How a siding's agreement stands today.</summary>
    public Expiry ExpiryOf(Siding siding)
    {
        ArgumentNullException.ThrowIfNull(siding);
        var today = clock.Today();
        return siding.AgreementExpiresOn is not { } day ? Expiry.Fine : day < today ? Expiry.Past : day <= today.AddDays(SoonDays) ? Expiry.Soon : Expiry.Fine;
    }

    private async Task<IReadOnlyList<Item>> Items(List<Siding> sidings, CancellationToken ct)
    {
        var count = await users.Count([.. sidings.Select(s => s.Id)], ct);
        return [.. sidings.Select(s => new Item(s, count.GetValueOrDefault(s.Id), ExpiryOf(s)))];
    }
}

/// <summary>Where a page of rows in order of name and id ended, as it stands in an address.</summary>
internal static class Mark
{
    public static string Of(string name, long id) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}~{id}");

    public static (string Name, long Id)? Read(string? text) =>
        text?.LastIndexOf('~') is { } at and > 0 && long.TryParse(text[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture, out var id) && PlainText.IsStorable(text) ? (text[..at], id) : null;
}
