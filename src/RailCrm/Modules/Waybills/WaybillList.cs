using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Waybills.WaybillLine>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Waybills;

/// <summary>The list of waybill lines. There may be a hundred million, indexed by day, customer and number alone, and so in order by day unless they are few; what else is asked is answered by way of the lanes (<see cref="WaybillWay"/>), or of each line where one of those leads to few (<see cref="WaybillAsked"/>), whatever a field says of its own index.</summary>
internal sealed partial class WaybillList(CustomFields? custom = null, CurrentActor? current = null, IConfiguration? settings = null) : ListOf<WaybillLine>(custom, current)
{
    private static readonly NamesOf Customers = (db, ids, ct) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
    private static readonly NamesOf Units = (db, ids, ct) => db.Set<OrgUnit>().Where(u => EF.Parameter(ids).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);

    public override string Key => "waybills";
    public override string Path => "/waybills";
    public override string TextKey => "waybill.title";
    public override string Permission => Platform.Access.Permission.WaybillsRead;
    public override string Order => "-date";
    public override string Below => "source";
    public override string SearchKey => "waybill.search_hint";
    public override bool HasNames => false;
    public override IReadOnlyList<string> Columns { get; } = ["externalNo", "date", "customer", "service", "goods", "origin", "destination", "weight", "revenue", "profit"];
    public override IReadOnlyList<string> Quick { get; } = ["externalNo", "customer", "from", "to", "owner", "service"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", ""), new("mine", "customer.mine_yes", "mine=true"), new("favourites", "mark.favourites", "favourite=true"), new("recent", "waybill.view_recent", "filter=date>=-30d")];

    protected override IReadOnlyList<ListField<WaybillLine>> Declared => Own;

    private static readonly IReadOnlyList<ListField<WaybillLine>> Own =
    [
        F.Of("externalNo", "import.field.externalNo", K.Text, w => w.ExternalNo).Indexed().SortedNear().Named(),
        F.Only("month", "waybill.month", K.Text, ["="], WaybillAsks.Day).InTime().Grouped(),
        F.Of("date", "import.field.date", K.Date, w => w.Date).Sorted().Asked([">=", "<=", "="], WaybillAsks.Day).Edited(nameof(WaybillDraft.Date)).TypedAs(WaybillCell.Day),
        F.Of("customer", "import.field.customer", K.Reference, w => w.CustomerId).Asked(["=", "!="], WaybillAsks.Customer).Refers(Customers, id => $"/customers/{id}").LookedUp("/api/v1/lookup/customers?q=").Grouped(),
        F.Of("service", "import.field.service", K.Text, w => w.Service).SortedNear().Edited(nameof(WaybillDraft.Service)).Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("service", c), () => WaybillLine.Services.Select(s => (s, Said("service", s)))).Grouped(),
        F.Of("mode", "import.field.mode", K.Text, w => w.Mode).SortedNear().Edited(nameof(WaybillDraft.Mode)).Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("mode", c), () => WaybillLine.Modes.Append(ListWaybills.Unknown).Select(m => (m, Said("mode", m)))).AsksUnknown(ListWaybills.Unknown).Grouped(),
        F.Of("goods", "import.field.commodity", K.Text, w => w.Commodity).Indexed().SortedNear().Edited(nameof(WaybillDraft.Commodity)),
        F.Of("commodity", "waybill.category", K.Text, w => w.CommodityCategory).SortedNear().Asked(["=", "!="], WaybillAsks.Lane).Coded(c => Said("commodity", c), () => ReferenceData.CommodityOptions.Append((ListWaybills.Unknown, Said("commodity", "")))).AsksUnknown(ListWaybills.Unknown).Grouped(),
        F.Of("origin", "import.field.origin", K.Text, w => w.Origin).SortedNear().Edited(nameof(WaybillDraft.Origin)).Asked(["=", "!="], WaybillAsks.Lane).LookedUp("/api/v1/lookup/stations?q=").Grouped(),
        F.Of("destination", "import.field.destination", K.Text, w => w.Destination).SortedNear().Edited(nameof(WaybillDraft.Destination)).Asked(["=", "!="], WaybillAsks.Lane).LookedUp("/api/v1/lookup/stations?q=").Grouped(),
        F.Of("wagons", "import.field.wagons", K.Number, w => w.Wagons).Indexed().SortedNear().Edited(nameof(WaybillDraft.Wagons)).TypedAs(TypedValue.Of),
        F.Of("containers", "import.field.containers", K.Number, w => w.Containers).Indexed().SortedNear().Edited(nameof(WaybillDraft.Containers)).TypedAs(TypedValue.Of),
        F.Of("teu", "import.field.teu", K.Number, w => w.TeuHundredths).Edited(nameof(WaybillDraft.Teu)).Said((teu, _) => WaybillCell.Teu(teu), WaybillCell.Teu),
        F.Of("weight", "waybill.weight_plain", K.Weight, w => w.WeightKg).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.WeightKg)).TypedAs(WaybillCell.Tonnes),
        F.Of("revenue", "waybill.revenue_plain", K.Money, w => w.RevenueFen).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.RevenueFen)).TypedAs(WaybillCell.Money),
        F.Of("cost", "waybill.cost_plain", K.Money, w => w.CostFen).Indexed().SortedNear().Summed().Edited(nameof(WaybillDraft.CostFen)).TypedAs(WaybillCell.Money),
        F.Of("profit", "workbench.profit", K.Money, w => w.RevenueFen - w.CostFen).Indexed().SortedNear().Summed(),
        F.Of("contract", "import.field.contract", K.Text, w => w.ContractNo).Indexed().SortedNear().Edited(nameof(WaybillDraft.Contract)).Grouped(),
        F.Of("note", "import.field.note", K.Text, w => w.Note).Edited(nameof(WaybillDraft.Note)).Asked(["~", "!~"], WaybillAsks.Note).Containing().AsksNothing(),
        F.Of("unit", "waybill.unit", K.Reference, w => w.UnitId).Asked(["=", "!="], WaybillAsks.Lane).Refers(Units).Grouped(),
        F.Only("id", "list.id", K.Number, ["="], (_, asked, _) => Task.FromResult(WaybillAsks.Ids(asked))).Hidden(),
        Brought.Of<WaybillLine>(WaybillAsks.Imported),
        F.Only("owner", "customer.unit", K.Reference, ["=", "==", "!="], WaybillAsks.Owner).Refers(Units).Grouped(),
        F.Only("tier", "customer.tier", K.Choice, ["=", "!="], WaybillAsks.Tier).Chosen("tier", ["large", "medium", "small", "atRisk", "prospective"]).EmptyAs("customer.tier_none").Grouped(),
        F.Of("source", "import.field.source", K.Text, w => w.Source).Asked(["=", "!="], WaybillAsks.Source).Coded(WaybillPage.SourceName).Grouped(),
        F.Only("from", "waybill.from_day", K.Text, ["="], WaybillAsks.Day).SayingHow(),
        F.Only("to", "waybill.to_day", K.Text, ["="], WaybillAsks.Day).SayingHow(),
        F.Only("mine", "customer.mine", K.Flag, ["="], WaybillAsks.Mine),
        F.Only("favourite", "mark.favourite", K.Flag, ["="], Favourites.Of<WaybillLine>(RecordKind.Waybill)),
        F.Only("toUnit", "waybill.unit", K.Text, [], WaybillAsks.Lane).Edited(nameof(WaybillDraft.Unit)).LookedUp("/api/v1/lookup/units?q="),
        F.Only("toCustomer", "import.field.customer", K.Text, [], WaybillAsks.Customer).Edited(nameof(WaybillDraft.Customer)).LookedUp("/api/v1/lookup/customers?q="),
    ];

    public override IReadOnlyList<ListWork> Works { get; } =
    [
        new("edit", "list.work_edit", "edit", Platform.Access.Permission.WaybillsWrite), new("export", "customer.export", "download", Platform.Access.Permission.Export, Leads: "/waybills/export"),
        .. MarkRows.Works(Platform.Access.Permission.WaybillsRead),
        new("delete", "waybill.delete", "trash", Platform.Access.Permission.WaybillsWrite, Danger: true),
    ];

    public override IReadOnlyList<(string TextKey, IReadOnlyList<string> Fields)> Sections { get; } =
        [("waybill.section_what", ["toCustomer", "date", "toUnit", "service", "mode"]), ("waybill.section_goods", ["goods", "origin", "destination", "wagons", "containers", "teu", "weight"]), ("waybill.section_money", ["revenue", "cost", "contract", "note"])];

    /// <summary>Those in the bin too: what a work on many took away keeps its name.</summary>
    public override async Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        BinnedLine.Named(await base.NamesOfRows(db, ids, ct), await db.Set<BinnedLine>().Where(b => EF.Parameter(ids).Contains(b.Id)).ToDictionaryAsync(b => b.Id, b => b.ExternalNo, ct));

    public override string MarkedAs => RecordKind.Waybill;
    public override string EditPermission => Platform.Access.Permission.WaybillsWrite;
}
