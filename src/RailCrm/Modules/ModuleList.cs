using RailCrm.Modules.Approvals;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Care;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Dossier;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Modules.Privacy;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Results;
using RailCrm.Modules.Sharing;
using RailCrm.Modules.Sight;
using RailCrm.Modules.Waybills;
using RailCrm.Modules.Workbench;

namespace RailCrm.Modules;

/// <summary>Every module's contents page, in the order of <see cref="ModuleOrder"/>.</summary>
internal static class ModuleList
{
    public static void Add(IServiceCollection services)
    {
        OrganizationModule.Add(services);
        ReferenceModule.Add(services);
        CustomersModule.Add(services);
        AuthorityModule.Add(services);
        ApprovalsModule.Add(services);
        ManagersModule.Add(services);
        CareModule.Add(services);
        SharingModule.Add(services);
        WaybillsModule.Add(services);
        PoolsModule.Add(services);
        SightModule.Add(services);
        ResultsModule.Add(services);
        ClassificationModule.Add(services);
        DossierModule.Add(services);
        WorkbenchModule.Add(services);
        ExchangeModule.Add(services);
        PrivacyModule.Add(services);
        DemoModule.Add(services);
    }

    /// <param name="api">The group <c>/api/v1</c>.</param>
    public static void Map(IEndpointRouteBuilder api)
    {
        OrganizationModule.Map(api);
        ReferenceModule.Map(api);
        CustomersModule.Map(api);
        AuthorityModule.Map(api);
        ApprovalsModule.Map(api);
        ManagersModule.Map(api);
        CareRoutes.Map(api);
        SharingModule.Map(api);
        WaybillsModule.Map(api);
        PoolsModule.Map(api);
        SightModule.Map(api);
        ResultsModule.Map(api);
        ClassificationModule.Map(api);
        WorkbenchModule.Map(api);
        ExchangeModule.Map(api);
        PrivacyModule.Map(api);
        DemoModule.Map(api);
    }

    /// <param name="app">The root, for what serves pages and is no page.</param>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        OrganizationModule.MapPages(app);
        CustomersModule.MapPages(app);
        WaybillsModule.MapPages(app);
        DossierModule.MapPages(app);
        ApprovalsModule.MapPages(app);
        ResultsModule.MapPages(app);
        PrivacyModule.MapPages(app);
        ExchangeModule.MapPages(app);
    }
}
