namespace RailCrm.Modules;

internal static class ModuleOrder
{
    /// <summary>The modules, lowest first. A module may use the public types of those above its line, never those below, so no cycle can form.</summary>
    public static readonly string[] Names =
    [
        "Organization",
        "Reference",
        "Customers",
        "Authority",
        "Approvals",
        "Managers",
        "Care",
        "Sharing",
        "Waybills",
        "Pools",
        "Sight",
        "Results",
        "Classification",
        "Dossier",
        "Workbench",
        "Exchange",
        "Privacy",
        "Demo",
    ];
}
