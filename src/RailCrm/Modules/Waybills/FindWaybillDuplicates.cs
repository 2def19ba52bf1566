using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Waybills;

/// <summary>Lines that may be the one that is being written: the same customer, day, stations, weight and amount under another number. A warning, never a refusal: two such lines a day are nothing unusual.</summary>
public sealed class FindWaybillDuplicates(CrmDb db, RecordWaybills record)
{
    /// <summary>Told at most.</summary>
    private const int Most = 5;

    /// <summary>Lines of a customer's day that are looked through, the newest first: the index leads to the day, not to what was carried.</summary>
    private const int MostRead = 2_000;

    /// <summary>One that may be the same.</summary>
    /// <param name="Reasons">same: all of it.</param>
    /// <param name="Id">The line.</param>
    /// <param name="Name">Its number.</param>
    /// <param name="Hints">Where it is from, what was carried, for how much.</param>
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
    public sealed record Query(string? Customer = null, string? Date = null, string? Origin = null, string? Destination = null, string? Weight = null, string? Revenue = null, string? RevenueUnit = null, long? Id = null);

    /// <summary>Those found, the newest first. None before a customer, a day and a weight or an amount are said: that alone would be half of a customer's day.</summary>
    internal async Task<IReadOnlyList<Match>> Run(Query asked, CancellationToken ct)
    {
        var form = new WaybillForm { Customer = asked.Customer, Date = asked.Date, Origin = asked.Origin, Destination = asked.Destination, Weight = asked.Weight, Revenue = asked.Revenue, RevenueUnit = asked.RevenueUnit };
        if (new[] { asked.Customer, asked.Origin, asked.Destination }.Any(t => t?.Length > Customer.NameLength || !PlainText.IsStorable(t)) || !form.Read("").TryGet(out var draft, out _)
            || draft.Date is not { } day || draft is { WeightKg: null or 0, RevenueFen: null or 0 } || await record.Named([draft], ct) is not [var customer])
        {
            return [];
        }

        var stations = new StationNames(db);
        await stations.Look([draft.Origin, draft.Destination], ct);
        var (origin, destination, weight, revenue) = (stations.Of(draft.Origin), stations.Of(draft.Destination), draft.WeightKg ?? 0, draft.RevenueFen ?? 0);
        var found = await db.Set<WaybillLine>().AsNoTracking().Where(w => w.CustomerId == customer && w.Date == day).OrderByDescending(w => w.Id).Take(MostRead)
            .Where(w => w.Id != asked.Id && w.WeightKg == weight && w.RevenueFen == revenue && w.Origin == origin && w.Destination == destination)
            .OrderByDescending(w => w.Id).Take(Most).ToListAsync(ct);
        return [.. found.Select(w => new Match(["same"], w.Id, w.ExternalNo, [.. Hints(w)], $"/waybills/{w.Id}"))];
    }

    private static IEnumerable<string> Hints(WaybillLine w) => new[]
    {
        WaybillPage.SourceName(w.Source), w.Origin.Length + w.Destination.Length == 0 ? null : $"{w.Origin} → {w.Destination}", w.Commodity,
        w.WeightKg == 0 ? null : $"{Figures.Tonnes(w.WeightKg)} t", w.RevenueFen == 0 ? null : Figures.Money(w.RevenueFen),
    }.OfType<string>();

    /// <summary>While one types.</summary>
    internal static async Task<IResult> Get([AsParameters] Query query, FindWaybillDuplicates useCase, CancellationToken ct) => TypedResults.Ok(new Listing<Match>(await useCase.Run(query, ct), null));
}
