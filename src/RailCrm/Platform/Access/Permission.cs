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

    /// <summary>Remove from the bin for good.</summary>
    public const string CustomersRemove = "customers.remove";

    /// <summary>Head of the unit where one works: decide on its requests, and register what the checks doubt, such as a credit code of which both check digits fail.</summary>
    public const string CustomersSupervise = "customers.supervise";

    /// <summary>See and write what is personal of contacts, masked until a reason is given, and take away all that is kept on one.</summary>
    public const string ContactsPersonal = "contacts.personal";

    /// <summary>Erase a person who is a contact.</summary>
    public const string ContactsErase = "contacts.erase";

    /// <summary>Appoint account managers, at the levels that lie in one's scope.</summary>
    public const string ManagersAppoint = "managers.appoint";

    /// <summary>See waybills and figures.</summary>
    public const string WaybillsRead = "waybills.read";

    /// <summary>Write waybills.</summary>
    public const string WaybillsWrite = "waybills.write";

    /// <summary>Remove waybills from the bin for good.</summary>
    public const string WaybillsRemove = "waybills.remove";

    /// <summary>Load files.</summary>
    public const string Import = "import.run";

    /// <summary>See everybody's imports, and let new records keep who made them elsewhere and when.</summary>
    public const string ImportSupervise = "import.supervise";

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

    /// <summary>See the accounts: follows from <see cref="System"/> or <see cref="Security"/>, and is given to nobody by itself.</summary>
    public const string Accounts = "accounts";

    /// <summary>What a role can hold.</summary>
    public static readonly IReadOnlyList<string> Grantable =
    [
        CustomersRead, CustomersWrite, CustomersDelete, CustomersRemove, CustomersSupervise, ContactsPersonal, ContactsErase, ManagersAppoint, WaybillsRead, WaybillsWrite, WaybillsRemove, Import, ImportSupervise, Export,
        OrganizationRead, OrganizationWrite, System, Security, Audit,
    ];

    /// <summary>The three offices that 等保 keeps apart: no role holds two of them.</summary>
    public static readonly IReadOnlyList<string> Offices = [System, Security, Audit];

    /// <summary>Those that show or change what the business knows of its customers: no role that holds an office holds one of them.</summary>
    public static readonly IReadOnlyList<string> Business =
    [
        CustomersRead, CustomersWrite, CustomersDelete, CustomersRemove, CustomersSupervise, ContactsPersonal, ContactsErase, ManagersAppoint, WaybillsRead, WaybillsWrite, WaybillsRemove, ImportSupervise,
    ];

    /// <summary>Whether these unite an office with what the business knows.</summary>
    public static bool Mixes(IReadOnlyCollection<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        return permissions.Intersect(Offices).Any() && permissions.Intersect(Business).Any();
    }

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [.. Grantable, Accounts, SignedIn];

    /// <summary>What someone signed in may do who was given these.</summary>
    public static IReadOnlySet<string> WithDerived(IEnumerable<string> given)
    {
        var all = given.Append(SignedIn).ToHashSet();
        if (all.Contains(System) || all.Contains(Security))
        {
            all.Add(Accounts);
        }

        return all;
    }

    /// <summary>The roles a new group starts with. 等保 asks for three administrators apart: system, security, audit.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> DefaultRoles = new Dictionary<string, string[]>
    {
        ["admin"] = [Import, Export, OrganizationRead, OrganizationWrite, System],
        ["security"] = [OrganizationRead, Security],
        ["auditor"] = [OrganizationRead, Audit],
        ["data"] = [.. Business, Import, Export, OrganizationRead, OrganizationWrite],
        ["group"] = [CustomersRead, CustomersWrite, CustomersDelete, CustomersSupervise, ContactsPersonal, ContactsErase, ManagersAppoint, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["finance"] = [CustomersRead, WaybillsRead, Export, OrganizationRead],
        ["subsidiary"] = [CustomersRead, CustomersWrite, CustomersDelete, CustomersSupervise, ManagersAppoint, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["outlet"] = [CustomersRead, CustomersWrite, CustomersDelete, CustomersSupervise, ManagersAppoint, WaybillsRead, WaybillsWrite, Import, Export, OrganizationRead],
        ["manager"] = [CustomersRead, CustomersWrite, WaybillsRead, Import, OrganizationRead],
    };
}
