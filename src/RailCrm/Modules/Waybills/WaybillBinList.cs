using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Waybills.BinnedLine>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Waybills;

/// <summary>The waybill lines in the bin: who put them there and when; restored or removed for good, one or many.</summary>
internal sealed class WaybillBinList : ListOf<BinnedLine>
{
    /// <summary>An outlet with more customers than this walks the order instead.</summary>
    private const int Few = 4_000;

    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
    private static readonly NamesOf People = (db, ids, ct) => db.Set<User>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName ?? u.UserName ?? "", ct);

    public override string Key => "waybillBin";
    public override string Path => "/waybills/bin";
    public override string TextKey => "waybill.bin";
    public override string Permission => Platform.Access.Permission.WaybillsWrite;
    public override string Order => "-deleted";
    public override string Below => "source";
    public override bool HasNames => false;
    public override IReadOnlyList<string> Columns { get; } = ["externalNo", "customer", "date", "revenue", "deleted", "by"];
    public override IReadOnlyList<string> Quick { get; } = ["externalNo", "customer", "by", "from", "to"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", "")];

    protected override IReadOnlyList<ListField<BinnedLine>> Declared => Own;

    private static readonly ListField<BinnedLine> ByCustomer = F.Of("customer", "import.field.customer", K.Reference, b => b.CustomerId).Indexed("deleted");

    /// <summary>By key, or as the lookup names it: number and name.</summary>
    private static async Task<Result<Condition<BinnedLine>>> OfCustomer(CrmDb db, Criterion asked, CancellationToken ct) =>
        await ByCustomer.Where(db, asked with { Values = [.. (await WaybillAsked.CustomersNamed(db, asked.Values, ct)).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))] }, ct);

    private static readonly ListField<BinnedLine> When = F.Of("deleted", "bin.when", K.Instant, b => b.DeletedAt).Sorted().Indexed();

    private static readonly ListField<BinnedLine> ByWho = F.Of("by", "bin.who", K.Reference, b => b.DeletedBy).Indexed("deleted");

    /// <summary>Who put it in: by a key, a sign-in name or the name shown; somebody unknown put in nothing.</summary>
    private static async Task<Result<Condition<BinnedLine>>> OfPerson(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var people = new List<long>();
        foreach (var value in asked.Values)
        {
            people.AddRange((await Origin.Authors(db, value, ct)).Select(p => p ?? 0));
        }

        return await ByWho.Where(db, asked with { Values = [.. people.DefaultIfEmpty(-1).Select(p => p.ToString(System.Globalization.CultureInfo.InvariantCulture))] }, ct);
    }

    private static readonly IReadOnlyList<ListField<BinnedLine>> Own =
    [
        F.Of("externalNo", "import.field.externalNo", K.Text, b => b.ExternalNo).Sorted().Indexed().Named(),
        F.Of("id", "list.id", K.Number, b => b.Id).Indexed().Hidden(),
        F.Of("customer", "import.field.customer", K.Reference, b => b.CustomerId).Asked(["=", "!="], OfCustomer).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q="),
        F.Of("date", "import.field.date", K.Date, b => b.Date).Sorted().Indexed(),
        F.Of("unit", "waybill.unit", K.Reference, b => b.UnitId).Refers(Units),
        F.Of("weight", "waybill.weight_plain", K.Weight, b => b.WeightKg),
        F.Of("revenue", "waybill.revenue_plain", K.Money, b => b.RevenueFen),
        F.Of("cost", "waybill.cost_plain", K.Money, b => b.CostFen),
        F.Of("source", "import.field.source", K.Text, b => b.Source).Coded(WaybillPage.SourceName),
        When,
        F.Only("from", "bin.from", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = ">=" }, ct)).SayingHow(),
        F.Only("to", "bin.to", K.Text, ["="], (db, asked, ct) => When.Where(db, asked with { Operator = "<=" }, ct)).SayingHow(),
        F.Of("by", "bin.who", K.Reference, b => b.DeletedBy).Asked(["=", "!="], OfPerson).Refers(People).LookedUp("/api/v1/lookup/accounts?q="),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("restore", "bin.restore", "restore", Platform.Access.Permission.WaybillsWrite, AtOnce: true), new("remove", "bin.remove", "trash", Platform.Access.Permission.WaybillsRemove, Danger: true),
    ];

    public override bool Undoes(string act) => act == "restore";

    /// <summary>The line's own address says that it lies in the bin, and gives it back.</summary>
    public override string Record(Line line) => $"/waybills/{line.Id}";

    protected override async Task<IReadOnlyList<long>?> Within(CrmDb db, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.Narrow || await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Select(c => c.Id).Take(Few).ToListAsync(ct) is not { Count: < Few } customers)
        {
            return null;
        }

        return await db.Set<BinnedLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(b => EF.Parameter(customers).Contains(b.CustomerId)).Select(b => b.Id).ToListAsync(ct);
    }

    /// <summary>Those restored too: a work on many keeps their names.</summary>
    public override async Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        BinnedLine.Named(await db.Set<WaybillLine>().Where(w => EF.Parameter(ids).Contains(w.Id)).ToDictionaryAsync(w => w.Id, w => w.ExternalNo, ct), await base.NamesOfRows(db, ids, ct));

    public override async Task Work(IServiceProvider services, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var works = services.GetRequiredService<WorkOnWaybills>();
        if (order.Act != "remove")
        {
            await (order.UndoOf is null ? works.Restore(rows, ct) : works.Delete(rows, unchanged: true, ct));
            return;
        }

        var remove = services.GetRequiredService<RemoveWaybill>();
        foreach (var row in rows)
        {
            if ((await remove.Run(row.RowId, ct)).TryGet(out var number, out var refusal))
            {
                (row.Outcome, row.Before) = ("done", number);
            }
            else
            {
                row.Refuse(refusal.Code);
            }
        }
    }

    public override Task Worked(IServiceProvider services, long jobId, WorkOrder order, CancellationToken ct) => services.GetRequiredService<WorkOnWaybills>().Follow(ct);
}
