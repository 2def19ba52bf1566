using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Customers;

/// <summary>Where contacts went that were merged: their addresses lead to the one that stayed, for whoever sees that one. Past the scope and the bin, because the one that went lies in both.</summary>
internal static class MergedContact
{
    private static IQueryable<Contact> All(CrmDb db) => db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]);

    /// <summary>The one that stayed; null where the contact was not merged, or the actor does not see where it went.</summary>
    public static async Task<Contact?> Of(CrmDb db, long id, CancellationToken ct)
    {
        var into = await All(db).Where(k => k.Id == id).Select(k => k.PartOfId).SingleOrDefaultAsync(ct);
        return into is null ? null : await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == into && db.Set<Customer>().Any(c => c.Id == k.CustomerId), ct);
    }

    /// <summary>Before contacts are removed for good: those that became part of one of them lie in the bin by themselves from then on.</summary>
    public static Task<int> Free(CrmDb db, IReadOnlyCollection<long> ids, CancellationToken ct) =>
        All(db).Where(k => k.PartOfId != null && EF.Parameter(ids).Contains(k.PartOfId!.Value)).ExecuteUpdateAsync(u => u.SetProperty(k => k.PartOfId, (long?)null), ct);

    /// <summary>Leads a page of a contact that was merged to the same page of the one that stayed, with a word about it; false where it was not.</summary>
    public static async Task<bool> Lead(HttpContext http, NavigationManager navigation, long id)
    {
        if (await Of(http.RequestServices.GetRequiredService<CrmDb>(), id, http.RequestAborted) is not { } survivor)
        {
            return false;
        }

        new Notice(Texts.Get("merge.contacts_led", survivor.Name)).Leave(http);
        navigation.NavigateTo(Moved(http.Request, survivor));
        return true;
    }

    /// <summary>The address of the contact: its customer stands before <c>contacts</c>, its key behind.</summary>
    private static string Moved(HttpRequest request, Contact survivor)
    {
        var segments = (request.Path.Value ?? "").Split('/');
        var at = Array.IndexOf(segments, "contacts");
        (segments[at - 1], segments[at + 1]) = (survivor.CustomerId.ToString(CultureInfo.InvariantCulture), survivor.Id.ToString(CultureInfo.InvariantCulture));
        return string.Join('/', segments) + request.QueryString;
    }

    /// <summary>A contact that the API does not find because it was merged is told to have moved: 308 with the new address.</summary>
    public sealed class Filter : IEndpointFilter
    {
        /// <inheritdoc/>
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(next);
            var (answer, http) = (await next(context), context.HttpContext);
            return HttpMethods.IsGet(http.Request.Method) && answer is IStatusCodeHttpResult { StatusCode: StatusCodes.Status404NotFound }
                && long.TryParse(http.GetRouteValue("contactId") as string, CultureInfo.InvariantCulture, out var id) && await Of(http.RequestServices.GetRequiredService<CrmDb>(), id, http.RequestAborted) is { } survivor
                ? TypedResults.Redirect(Moved(http.Request, survivor), permanent: true, preserveMethod: true)
                : answer;
        }
    }
}
