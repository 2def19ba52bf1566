using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Customers;

/// <summary>Where customers went that were merged: old addresses, numbers and names lead to the one that stayed, for whoever sees that one. Past the scope and the bin, because the one that went lies in both.</summary>
public static class MergedInto
{
    /// <summary>A customer that went, and the one it became part of.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="SurvivorId">The one that stayed, which the actor sees.</param>
    /// <param name="UnitId">That one's unit.</param>
    public sealed record Went(string Number, string Name, long SurvivorId, long UnitId);

    private static IQueryable<Customer> All(CrmDb db) => db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).AsNoTracking().Where(c => c.MergedIntoId != null);

    /// <summary>The one that stayed; null where the customer was not merged, or the actor does not see where it went.</summary>
    public static async Task<Customer?> Of(CrmDb db, long id, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var into = await All(db).Where(c => c.Id == id).Select(c => c.MergedIntoId).SingleOrDefaultAsync(ct);
        return into is null ? null : await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == into, ct);
    }

    /// <summary>Which of these were merged, and the ones that stayed, where the actor sees them.</summary>
    internal static async Task<Dictionary<long, long>> Of(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        var into = ids.Count == 0 ? [] : await All(db).Where(c => EF.Parameter(ids).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.MergedIntoId!.Value, ct);
        var survivors = into.Values.Distinct().ToList();
        var seen = survivors.Count == 0 ? [] : await db.Set<Customer>().Where(c => EF.Parameter(survivors).Contains(c.Id)).Select(c => c.Id).ToHashSetAsync(ct);
        return into.Where(i => seen.Contains(i.Value)).ToDictionary();
    }

    /// <summary>Those that became part of each of these.</summary>
    internal static async Task<ILookup<long, long>> Losers(CrmDb db, IReadOnlyCollection<long> survivors, CancellationToken ct) =>
        (survivors.Count == 0 ? [] : await All(db).Where(c => EF.Parameter(survivors).Contains(c.MergedIntoId!.Value)).Select(c => new { c.Id, Into = c.MergedIntoId!.Value }).ToListAsync(ct)).ToLookup(c => c.Into, c => c.Id);

    /// <summary>Whether any customer was ever merged.</summary>
    internal static Task<bool> Any(CrmDb db, CancellationToken ct) => All(db).AnyAsync(ct);

    /// <summary>Those merged that bore one of these numbers or names.</summary>
    public static async Task<IReadOnlyList<Went>> Named(CrmDb db, IReadOnlyList<string> asked, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        if (asked.Count == 0)
        {
            return [];
        }

        // Each of the two reads an index; as one OR neither would be sure to.
        var went = await All(db).Where(c => EF.Parameter(asked).Contains(c.Number)).Select(c => new { c.Number, c.Name, c.MergedIntoId }).ToListAsync(ct);
        went.AddRange(await All(db).Where(c => EF.Parameter(asked).Contains(c.Name)).Select(c => new { c.Number, c.Name, c.MergedIntoId }).ToListAsync(ct));
        var into = went.Select(w => w.MergedIntoId!.Value).Distinct().ToList();
        var units = into.Count == 0 ? [] : await db.Set<Customer>().Where(c => EF.Parameter(into).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.UnitId, ct);
        return [.. went.Where(w => units.ContainsKey(w.MergedIntoId!.Value)).Select(w => new Went(w.Number, w.Name, w.MergedIntoId!.Value, units[w.MergedIntoId!.Value])).Distinct()];
    }

    /// <summary>The numbers and names by which a customer is found besides its own.</summary>
    internal static async Task<IReadOnlyCollection<(string Number, string Name)>> Formerly(CrmDb db, long customerId, CancellationToken ct) =>
        [.. (await All(db).Where(c => c.MergedIntoId == customerId).OrderBy(c => c.Id).Select(c => new { c.Number, c.Name }).ToListAsync(ct)).Select(c => (c.Number, c.Name))];

    /// <summary>Leads a page of a customer that was merged to the same page of the one that stayed, with a word about it; that of one in the bin to its way out, for those who may look there; else the page is not found.</summary>
    public static async Task Lead(HttpContext http, NavigationManager navigation, long id)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(navigation);
        var db = http.RequestServices.GetRequiredService<CrmDb>();
        if (await Of(db, id, http.RequestAborted) is not { } survivor)
        {
            if (await http.RequestServices.GetRequiredService<GetCustomer>().Binned(id, http.RequestAborted) is not null)
            {
                navigation.NavigateTo(string.Create(CultureInfo.InvariantCulture, $"/customers/{id}/bin"));
                return;
            }

            navigation.NotFound();
            return;
        }

        var number = await All(db).Where(c => c.Id == id).Select(c => c.Number).SingleAsync(http.RequestAborted);
        new Notice(Texts.Get("merge.led", number, survivor.Number, survivor.Name)).Leave(http);
        navigation.NavigateTo(Moved(http.Request, id, survivor.Id));
    }

    private static string Moved(HttpRequest request, long id, long survivorId)
    {
        var segments = (request.Path.Value ?? "").Split('/');
        var at = Array.IndexOf(segments, id.ToString(CultureInfo.InvariantCulture));
        if (at >= 0)
        {
            segments[at] = survivorId.ToString(CultureInfo.InvariantCulture);
        }

        return string.Join('/', segments) + request.QueryString;
    }

    /// <summary>What the API does not find because it was merged is told to have moved: 308 with the new address.</summary>
    public sealed class Filter : IEndpointFilter
    {
        /// <inheritdoc/>
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(next);
            var (answer, http) = (await next(context), context.HttpContext);
            return HttpMethods.IsGet(http.Request.Method) && answer is IStatusCodeHttpResult { StatusCode: StatusCodes.Status404NotFound }
                && long.TryParse(http.GetRouteValue("id") as string, CultureInfo.InvariantCulture, out var id) && await Of(http.RequestServices.GetRequiredService<CrmDb>(), id, http.RequestAborted) is { } survivor
                ? TypedResults.Redirect(Moved(http.Request, id, survivor.Id), permanent: true, preserveMethod: true)
                : answer;
        }
    }
}
