namespace RailCrm.Platform.Access;

/// <summary>What a role can allow. A role's permissions are rows, so the group changes them without a release.</summary>
public static class Permission
{
    /// <summary>See customers and their dossiers.</summary>
    public const string CustomersRead = "customers.read";

    /// <summary>Create and change customers and contacts.</summary>
    public const string CustomersWrite = "customers.write";

    /// <summary>Put customers into the bin and take them out again.</summary>
    public const string CustomersDelete = "customers.delete";

    /// <summary>See waybills and figures.</summary>
    public const string WaybillsRead = "waybills.read";

    /// <summary>Write waybills.</summary>
    public const string WaybillsWrite = "waybills.write";

    /// <summary>Load files.</summary>
    public const string Import = "import.run";

    /// <summary>Take lists away as files.</summary>
    public const string Export = "export.run";

    /// <summary>See the organisation.</summary>
    public const string OrganizationRead = "organization.read";

    /// <summary>Change units, employees and reference data.</summary>
    public const string OrganizationWrite = "organization.write";

    /// <summary>Accounts, settings, jobs.</summary>
    public const string System = "system.manage";

    /// <summary>Roles and grants.</summary>
    public const string Security = "security.manage";

    /// <summary>The audit trail.</summary>
    public const string Audit = "audit.read";

    /// <summary>Signed in, nothing more: own account and tokens.</summary>
    public const string SignedIn = "signed_in";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        CustomersRead, CustomersWrite, CustomersDelete, WaybillsRead, WaybillsWrite, Import, Export,
        OrganizationRead, OrganizationWrite, System, Security, Audit, SignedIn,
    ];

    /// <summary>The roles a new group starts with. 等保 asks for three administrators apart: system, security, audit.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> DefaultRoles = new Dictionary<string, string[]>
    {
        ["admin"] = [CustomersRead, CustomersWrite, CustomersDelete, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead, OrganizationWrite, System],
        ["security"] = [OrganizationRead, Security],
        ["auditor"] = [OrganizationRead, Audit],
        ["group"] = [CustomersRead, CustomersWrite, CustomersDelete, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["finance"] = [CustomersRead, WaybillsRead, Export, OrganizationRead],
        ["subsidiary"] = [CustomersRead, CustomersWrite, CustomersDelete, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["outlet"] = [CustomersRead, CustomersWrite, CustomersDelete, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["manager"] = [CustomersRead, CustomersWrite, WaybillsRead, Import, OrganizationRead],
    };
}
