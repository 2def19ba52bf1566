using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Waybills;

/// <summary>Lines that may be the one that is being written: the same customer and stations, a day apart at most, of the same weight or amount. A warning, never a refusal: two such lines a day are nothing unusual.</summary>
public sealed class FindWaybillDuplicates(CrmDb db, RecordWaybills record)
{
    /// <summary>Told at most.</summary>
    private const int Most = 5;

    /// <summary>Lines of a customer's three days that are looked through, the newest first: the index leads to the days, not to what was carried.</summary>
    private const int MostRead = 6_000;

    /// <summary>Of those that agree, so many are scored.</summary>
    private const int MostScored = 200;

    /// <summary>One that may be the same.</summary>
    /// <param name="Reasons">What is the same: number, revenue, weight, day, lane, goods; sources where it came from another system.</param>
    /// <param name="Id">The line.</param>
    /// <param name="Name">Its number.</param>
    /// <param name="Hints">Its day, where it is from, what was carried, for how much.</param>
    /// <param name="Href">Its page.</param>
    public sealed record Match(IReadOnlyList<string> Reasons, long Id, string Name, IReadOnlyList<string> Hints, string Href);

    /// <summary>What was typed, as the form has it.</summary>
    /// <param name="Customer">Number, credit code or name.</param>
    /// <param name="Date">Day.</param>
    /// <param name="Origin">Sending station.</param>
    /// <param name="Destination">Receiving station.</param>
    /// <param name="Weight">Tonnes.</param>
    /// <param name="Revenue">Amount.</param>
    /// <param name="RevenueUnit">yuan or wan.</param>
    /// <param name="Id">The line that is edited; missing where one is made.</param>
    /// <param name="ExternalNo">Number.</param>
    /// <param name="Service">Service by code or name; transport where missing.</param>
    /// <param name="Commodity">Goods.</param>
    public sealed record Query(
        string? Customer = null, string? Date = null, string? Origin = null, string? Destination = null, string? Weight = null, string? Revenue = null, string? RevenueUnit = null, long? Id = null,
        string? ExternalNo = null, string? Service = null, string? Commodity = null);

    /// <summary>Those found, the likeliest first. None before a customer, a day and a weight or an amount are said: that alone would be half of a customer's day.</summary>
    internal async Task<IReadOnlyList<Match>> Run(Query asked, CancellationToken ct)
    {
        var form = new WaybillForm { Customer = asked.Customer, Date = asked.Date, Origin = asked.Origin, Destination = asked.Destination, Weight = asked.Weight, Revenue = asked.Revenue, RevenueUnit = asked.RevenueUnit };
        if (new[] { asked.Customer, asked.Origin, asked.Destination, asked.ExternalNo, asked.Commodity }.Any(t => t?.Length > Customer.NameLength || !PlainText.IsStorable(t)) || !form.Read("").TryGet(out var draft, out _)
            || draft.Date is not { } day || day.DayNumber is 0 || day == DateOnly.MaxValue || draft is { WeightKg: null or 0, RevenueFen: null or 0 } || WaybillRules.Service(asked.Service) is not { } service || await record.Named([draft], ct) is not [var customer])
        {
            return [];
        }

        var stations = new StationNames(db);
        await stations.Look([draft.Origin, draft.Destination], ct);
        var edited = asked.Id is { } id ? await db.Set<WaybillLine>().Where(w => w.Id == id).Select(w => new { w.Source, w.ExternalNo }).SingleOrDefaultAsync(ct) : null;
        var typed = new WaybillScore.Subject(
            asked.Id ?? 0, customer, edited?.Source ?? SaveWaybill.ByHand, edited?.ExternalNo ?? asked.ExternalNo ?? "", day, service, stations.Of(draft.Origin), stations.Of(draft.Destination), draft.WeightKg ?? 0, draft.RevenueFen ?? 0,
            CommodityCategories.Of(asked.Commodity), asked.Commodity);
        var (origin, destination, weight, revenue, from, to) = (typed.Origin, typed.Destination, typed.WeightKg, typed.RevenueFen, day.AddDays(-1), day.AddDays(1));
        var near = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.CustomerId == customer && w.Date >= from && w.Date <= to).OrderByDescending(w => w.Date).ThenByDescending(w => w.Id).Take(MostRead)
            .Where(w => w.Id != asked.Id && w.Origin == origin && w.Destination == destination && ((w.WeightKg == weight && weight != 0) || (w.RevenueFen == revenue && revenue != 0)))
            .OrderByDescending(w => w.Date).ThenByDescending(w => w.Id).Take(MostScored).ToListAsync(ct);
        return [.. near.Select(w => (Line: w, Score: WaybillScore.Of(typed, WaybillScore.Subject.Of(w), WaybillScore.Told))).Where(f => f.Score is not null).OrderByDescending(f => f.Score!.Value.Score).ThenByDescending(f => f.Line.Id).Take(Most)
            .Select(f => new Match([.. f.Score!.Value.Reasons.Split(',').Where(r => WaybillScore.Weights[r] > 0)], f.Line.Id, f.Line.ExternalNo, [.. Hints(f.Line)], $"/waybills/{f.Line.Id}"))];
    }

    private static IEnumerable<string> Hints(WaybillLine w) => new[]
    {
        Figures.Date(w.Date), WaybillPage.SourceName(w.Source), w.Origin.Length + w.Destination.Length == 0 ? null : $"{w.Origin} → {w.Destination}", w.Commodity,
        w.WeightKg == 0 ? null : $"{Figures.Tonnes(w.WeightKg)} t", w.RevenueFen == 0 ? null : Figures.Money(w.RevenueFen),
    }.OfType<string>();

    /// <summary>While one types.</summary>
    internal static async Task<IResult> Get([AsParameters] Query query, FindWaybillDuplicates useCase, CancellationToken ct) => TypedResults.Ok(new Listing<Match>(await useCase.Run(query, ct), null));
}
