using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Routes of customers and contacts beyond the records themselves: bin, history, likely duplicates, merges, and what every list has.</summary>
public static class CustomerRoutes
{
    /// <summary>A history as the API's description shows it.</summary>
    public const string Shown = """
        { "items": [ { "id": 4711, "at": "2026-04-01T01:00:00Z", "who": "王伟", "via": "web", "action": "updated", "entity": "Customer", "entityId": 7, "changes": [ { "field": "Phone", "before": "010-66554433", "after": null, "canRestore": true } ] } ],
          "nextCursor": "4711" }
        """;

    /// <summary>A work on a bin as the API's description shows it.</summary>
    public const string BinWork = """{ "act": "restore", "ids": [ 7, 8 ] }""";

    private const string CustomerBin = """
        { "items": [ { "id": 7, "number": "KH-000007", "name": "甲公司", "unitId": 3, "unitName": "北方网点", "deletedAt": "2026-04-01T01:00:00Z", "deletedBy": 5, "deletedByName": "王伟", "mergedIntoId": null, "version": 2,
          "dependants": [ { "kind": "contact.title", "name": "联系人", "count": 3 } ] } ], "nextCursor": null }
        """;

    private const string ContactBin = """
        { "items": [ { "id": 9, "customerId": 7, "customerName": "甲公司", "name": "李娜", "title": null, "mobile": "13800000000", "phone": null, "email": null, "deletedAt": "2026-04-01T01:00:00Z", "deletedBy": 5, "deletedByName": "王伟", "version": 2,
          "dependants": null } ], "nextCursor": null }
        """;

    private const string Judged = """{ "id": 12, "dismissed": true }""";

    /// <summary>Below <c>/customers</c>.</summary>
    internal static void MapMore(this IEndpointRouteBuilder customers)
    {
        customers.MapGet("/bin", ListCustomerBin.Get).WithSummary("The customers in the bin: who put them there, when, and with dependants=true what hangs on them, at most 20 rows a page then.").Gives<Listing<ListCustomerBin.Item>>(CustomerBin).RequireAuthorization(Permission.CustomersDelete);
        customers.MapDelete("/bin/{id:long}", RemoveCustomer.Delete).WithSummary("Removes a customer from the bin for good; refused while waybills, subsidiaries or a merge hang on it.").RequireAuthorization(Permission.CustomersDelete, Permission.CustomersRemove);
        customers.MapPost("/{id:long}/restore", GetCustomer.PostRestore).WithSummary("Takes a customer out of the bin, if it still has the version that If-Match names.").RequireAuthorization(Permission.CustomersDelete).AddEndpointFilter<IdempotencyFilter>();
        customers.MapGet("/{id:long}/history", TellHistory.Get).WithSummary("What happened to the customer, newest first, 100 entries a page; kind leaves those of one kind.").Gives<Listing<PastEvent>>(Shown).RequireAuthorization(Permission.CustomersRead);
        customers.MapPost("/{id:long}/history/{entry:long}/restore", TellHistory.Post).WithSummary("Gives one field the value from before a change, if the customer still has the version that If-Match names.").Takes("""{ "field": "Phone" }""").Produces<GetCustomer.Answer>().RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapPost("/duplicate-pairs/{id:long}/dismiss", ListPairs.PostDismiss).WithSummary("Says that a likely pair is two customers.").Takes("""{ "reason": "同名不同地" }""").Gives<PairJudged>(Judged).RequireAuthorization(Permission.CustomersRead, Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapPost("/duplicate-pairs/{id:long}/reopen", ListPairs.PostReopen).WithSummary("Takes that word back.").Gives<PairJudged>("""{ "id": 12, "dismissed": false }""").RequireAuthorization(Permission.CustomersRead, Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapGet("/merges", ListMerges.Get).WithSummary("The merges of customers, the latest first; each tells until when it can be taken back.").Produces<Listing<ListMerges.Item>>().RequireAuthorization(Permission.CustomersDelete);
        customers.MapDependants("customers", "bin", Permission.CustomersRead);
        customers.MapListApi("customers", Permission.CustomersRead);
        customers.MapGroup("/bin").MapWorks("bin", Permission.CustomersDelete, BinWork);
    }

    /// <summary>Below <c>/customers/{id}/contacts</c>.</summary>
    internal static void MapContactMore(this IEndpointRouteBuilder contacts)
    {
        contacts.MapGet("/{contactId:long}/history", TellHistory.GetOfContact).WithSummary("What happened to the contact, newest first, 100 entries a page.").Gives<Listing<PastEvent>>(Shown).RequireAuthorization(Permission.CustomersRead);
        contacts.MapPost("/{contactId:long}/history/{entry:long}/restore", TellHistory.PostOfContact).WithSummary("Gives one field the value from before a change, if the contact still has the version that If-Match names.").Takes("""{ "field": "Mobile" }""").Produces<SaveContact.Answer>().RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contacts.MapDependants("contacts", "contactBin", Permission.CustomersRead);
    }

    /// <summary>Below <c>/contacts</c>.</summary>
    internal static void MapContactsMore(this IEndpointRouteBuilder contacts)
    {
        contacts.MapGet("/bin", ListContactBin.Get).WithSummary("The contacts in the bin: who put them there, when, and with dependants=true what hangs on them, at most 20 rows a page then.").Gives<Listing<ListContactBin.Item>>(ContactBin).RequireAuthorization(Permission.CustomersWrite);
        contacts.MapDelete("/bin/{id:long}", RemoveContact.Delete).WithSummary("Removes a contact from the bin for good, with its notes, files and marks.").RequireAuthorization(Permission.CustomersWrite, Permission.CustomersRemove);
        contacts.MapPost("/duplicate-pairs/{id:long}/dismiss", ListContactPairs.PostDismiss).WithSummary("Says that a likely pair is two people.").Takes("""{ "reason": "同名不同人" }""").Gives<PairJudged>(Judged).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contacts.MapPost("/duplicate-pairs/{id:long}/reopen", ListContactPairs.PostReopen).WithSummary("Takes that word back.").Gives<PairJudged>("""{ "id": 12, "dismissed": false }""").RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contacts.MapGet("/merges", ListContactMerges.Get).WithSummary("The merges of contacts, the latest first; each tells until when it can be taken back.").Produces<Listing<ListContactMerges.Item>>().RequireAuthorization(Permission.CustomersWrite);
        contacts.MapListApi("contacts", Permission.CustomersRead);
        contacts.MapGroup("/bin").MapWorks("contactBin", Permission.CustomersWrite, BinWork);
    }
}
