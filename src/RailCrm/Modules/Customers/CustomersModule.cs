using RailCrm.Platform.Access;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Customers;

/// <summary>A tab on a customer's page that another module brings, at <c>/customers/{id}/{Path}</c>.</summary>
/// <param name="TextKey">Its name.</param>
/// <param name="Path">Its part of the address; empty for the record itself.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Order">Small comes first.</param>
public sealed record CustomerTab(string TextKey, string Path, string Permission, int Order);

internal static class CustomersModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<ListCustomers>()
        .AddScoped<ExportCustomers>()
        .AddScoped<GetCustomer>()
        .AddScoped<SaveCustomer>()
        .AddScoped<CustomerHistory>()
        .AddSingleton(new CustomerTab("customer.tab_record", "", Permission.CustomersRead, 10))
        .AddSingleton(new MenuItem("customer.title", "/customers", "building", Permission.CustomersRead, 10, Go: "c"))
        .AddSingleton(new MenuItem("customer.new", "/customers/new", "building", Permission.CustomersWrite, 10, MenuPlace.Create));

    public static void Map(IEndpointRouteBuilder api)
    {
        var customers = api.MapGroup("/customers").WithTags("Customers");
        customers.MapGet("", ListCustomers.Get).RequireAuthorization(Permission.CustomersRead);
        customers.MapPost("", SaveCustomer.Post).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapGet("/{id:long}", GetCustomer.Get).RequireAuthorization(Permission.CustomersRead);
        customers.MapPut("/{id:long}", SaveCustomer.Put).RequireAuthorization(Permission.CustomersWrite);
        customers.MapDelete("/{id:long}", GetCustomer.Delete).RequireAuthorization(Permission.CustomersDelete);
    }

    /// <summary>Downloads. By POST, so that no link that is merely followed takes a list away.</summary>
    public static void MapPages(IEndpointRouteBuilder app) =>
        app.MapPost("/customers/export", ExportCustomers.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead, Permission.Export).ExcludeFromDescription();
}
