using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Reference.Siding>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Reference;

/// <summary>The sidings, some thousands at most: what no index answers is walked through.</summary>
internal sealed class SidingList(ISidingUsers users, TimeProvider clock) : ListOf<Siding>
{
    /// <summary>An agreement that ends within so many days wants renewing.</summary>
    public const int SoonDays = 60;

    /// <summary>Agreements without a day come last.</summary>
    private static readonly DateOnly Never = new(9999, 12, 31);

    public override string Key => "sidings";
    public override string Path => "/reference/sidings";
    public override string TextKey => "reference.sidings";
    public override string Permission => Platform.Access.Permission.OrganizationRead;
    public override string Order => "name";
    public override bool HasBoard => false;
    public override string SearchKey => "siding.find";
    public override IReadOnlyList<string> Columns { get; } = ["name", "station", "owner", "length", "tracks", "wagons", "expires", "state", "customers"];
    public override IReadOnlyList<string> Quick { get; } = ["station", "state"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", ""), new("expiring", "siding.view_expiring", "state=past,soon&sort=expires")];

    protected override IReadOnlyList<ListField<Siding>> Declared { get; } = Declare(clock.Today(), users);

    private static IReadOnlyList<ListField<Siding>> Declare(DateOnly today, ISidingUsers users)
    {
        var soon = today.AddDays(SoonDays);
        var pages = new ConcurrentDictionary<long, string?>(); // Of owners that are customers the reader sees.
        return
        [
            F.Of("name", "siding.name", K.Text, s => s.Name).Sorted().Indexed().Named(),
            F.Of("id", "list.id", K.Number, s => s.Id).Indexed().Hidden(),
            F.Of("station", "siding.station", K.Text, s => s.ConnectionStation).Indexed().SortedNear().LookedUp("/api/v1/lookup/stations?q=").Grouped(),
            F.Of("owner", "siding.owner", K.Reference, s => s.Id).Asked(["~", "=", "!~", "!="], (db, asked, ct) => Owned(db, users, asked, ct)).Refers(async (db, ids, ct) =>
            {
                var owners = await db.Set<Siding>().Where(s => EF.Parameter(ids).Contains(s.Id) && s.Owner != null).ToDictionaryAsync(s => s.Id, s => s.Owner!, ct);
                var customers = await users.Owners([.. owners.Values.Distinct()], ct);
                foreach (var (siding, owner) in owners)
                {
                    pages[siding] = customers.GetValueOrDefault(owner) is { } customer ? $"/customers/{customer}" : null;
                }

                return owners.ToDictionary(o => o.Key, o => OwnerSaid(o.Value, customers));
            }, id => pages.GetValueOrDefault(id) ?? ""),
            F.Of("length", "siding.length", K.Number, s => s.LengthMetres).Indexed().SortedNear(s => s.LengthMetres ?? -1),
            F.Of("tracks", "siding.tracks", K.Number, s => s.Tracks).Indexed().SortedNear(s => s.Tracks ?? -1),
            F.Of("wagons", "siding.wagons", K.Number, s => s.WagonsPerDay).Indexed().SortedNear(s => s.WagonsPerDay ?? -1),
            F.Of("expires", "siding.expires", K.Date, s => s.AgreementExpiresOn).Indexed().SortedNear(s => s.AgreementExpiresOn ?? Never),
            F.Of("state", "siding.state", K.Choice, s => s.AgreementExpiresOn == null ? null : s.AgreementExpiresOn < today ? "past" : s.AgreementExpiresOn <= soon ? "soon" : "fine").Asked(["="], (_, asked, _) => Task.FromResult(InState(asked, today, soon))).AsksNothing()
                .Coded(StateOf, () => [("past", StateOf("past")!), ("soon", StateOf("soon")!), ("fine", StateOf("fine")!)]).Badged(s => s switch { "past" => "danger", "soon" => "warning", _ => null }).Grouped(),
            F.Of("customers", "siding.customers", K.Reference, s => s.Id).Refers(async (_, ids, ct) =>
            {
                var counts = await users.Count(ids, ct);
                return ids.ToDictionary(i => i, i => Platform.Ui.Kit.Figures.Count(counts.GetValueOrDefault(i)));
            }, id => $"/reference/sidings/{id}#customers"),
        ];
    }

    private static string? StateOf(string code) => code switch { "past" => Texts.Get("siding.past"), "soon" => Texts.Get("siding.soon"), "fine" => Texts.Get("siding.fine"), _ => null };

    /// <summary>An owner as the reader may know it: the customer of another unit is not named.</summary>
    internal static string OwnerSaid(string owner, IReadOnlyDictionary<string, long?> customers) => customers.TryGetValue(owner, out var customer) && customer is null ? Texts.Get("siding.owner_other") : owner;

    /// <summary>By the owner's name, as far as the reader may know it: whom he does not see is no name that is asked for. There are some thousand sidings at most.</summary>
    private static async Task<Result<Condition<Siding>>> Owned(CrmDb db, ISidingUsers users, Criterion asked, CancellationToken ct)
    {
        if (asked.Values.Any(v => !PlainText.IsStorable(v) || v.Length > 200))
        {
            return new Refusal.InvalidMany([new("owner", "siding.owner_wrong")]);
        }

        var all = await db.Set<Siding>().Where(s => s.Owner != null).Select(s => s.Owner!).Distinct().ToListAsync(ct);
        var customers = await users.Owners(all, ct);
        var meant = all.Where(o => !(customers.TryGetValue(o, out var customer) && customer is null) && asked.Values.Any(v => v.Length > 0 && (asked.Operator is "=" or "!=" ? o == v : o.Contains(v, StringComparison.OrdinalIgnoreCase)))).ToList();
        var none = asked.Values.Contains("");
        return asked.Operator is "!=" or "!~" ? new Condition<Siding>(s => !EF.Parameter(meant).Contains(s.Owner!) && !(none && s.Owner == null), null) : new Condition<Siding>(s => EF.Parameter(meant).Contains(s.Owner!) || (none && s.Owner == null), null);
    }

    /// <summary>How agreements stand today; empty where no day is known.</summary>
    private static Result<Condition<Siding>> InState(Criterion asked, DateOnly today, DateOnly soon)
    {
        var (past, near, fine, unknown) = (asked.Values.Contains("past"), asked.Values.Contains("soon"), asked.Values.Contains("fine"), asked.Values.Contains(""));
        return asked.Values.FirstOrDefault(v => v is not ("past" or "soon" or "fine" or "")) is { } wrong ? new Refusal.InvalidMany([new("state", "list.value_wrong", Texts.Get("siding.state"), wrong)])
            : new Condition<Siding>(s => (past && s.AgreementExpiresOn < today) || (near && s.AgreementExpiresOn >= today && s.AgreementExpiresOn <= soon) || (fine && s.AgreementExpiresOn > soon) || (unknown && s.AgreementExpiresOn == null), null);
    }

    /// <summary>By name, or by the station as a clerk types it: gqz, GZD, 高桥.</summary>
    protected override async Task<Searched<Siding>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        if (!PlainText.IsStorable(text) || text.Length is 0 or > 100)
        {
            return new([], []);
        }

        var meant = (await new FindStations(db).Run(text, 5, ct)).Select(s => s.Name).ToList();
        return new(await db.Set<Siding>().Where(s => s.Name.Contains(text) || s.ConnectionStation.Contains(text) || EF.Parameter(meant).Contains(s.ConnectionStation)).Select(s => s.Id).ToListAsync(ct), []);
    }

    /// <summary>How a siding's agreement stands today: past, soon, fine; null where no day is known.</summary>
    public string? StateOf(Siding siding)
    {
        ArgumentNullException.ThrowIfNull(siding);
        var today = clock.Today();
        return siding.AgreementExpiresOn is not { } day ? null : day < today ? "past" : day <= today.AddDays(SoonDays) ? "soon" : "fine";
    }
}
