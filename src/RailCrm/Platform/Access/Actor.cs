using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>Who acts, what they may do and what they see. Made once for a request, a job or a command, and never changed.</summary>
/// <param name="UserId">The user; 0 is the system itself.</param>
/// <param name="Name">The name that audit rows keep.</param>
/// <param name="UnitId">The unit the person works in.</param>
/// <param name="UnitPath">That unit's path.</param>
/// <param name="Permissions">What the person may do, as named in <see cref="Permission"/>.</param>
/// <param name="Scope">What the person sees.</param>
/// <param name="Via">web, api, cli or job.</param>
public sealed record Actor(long UserId, string Name, long UnitId, string UnitPath, IReadOnlySet<string> Permissions, Scope Scope, string Via)
{
    /// <summary>Nobody signed in: may do nothing, sees nothing.</summary>
    public static readonly Actor Nobody = new(0, "", 0, "/", new HashSet<string>(), Scope.None, "web");

    /// <summary>The group's own name: a job or the command line.</summary>
    public static Actor System(string via) => new(0, "system", 0, "", new HashSet<string>(Permission.All), Scope.Group, via);

    /// <summary>Whether the password is somebody else's choice: until it is changed, nothing else is open.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>From when on nothing else is open until a second factor is there (UTC); null where the role needs none, or there is one.</summary>
    public DateTime? FactorDue { get; init; }

    /// <summary>When the password was chosen (UTC); null where that is not known.</summary>
    public DateTime? PasswordChangedAt { get; init; }

    /// <summary>The roles held, where some fields are for some roles alone.</summary>
    public IReadOnlySet<long> Roles { get; init; } = new HashSet<long>();

    /// <summary>What is kept from the person in the records he sees.</summary>
    public FieldRights Fields { get; init; } = FieldRights.Free;

    /// <summary>Who really looks, where an administrator looks at the product as this person does; null usually.</summary>
    public Viewer? SeenBy { get; init; }

    /// <summary>Whether the person ended the tour of the product, so that it is not offered again.</summary>
    public bool TourEnded { get; init; } = true;

    /// <summary>Whether a token that may only read is used: what is written without a permission to write asks this.</summary>
    public bool ReadsOnly { get; init; }

    /// <summary>Whether someone is signed in.</summary>
    public bool IsKnown => UserId != 0;

    /// <summary>Whether the actor may do this.</summary>
    public bool May(string permission) => Permissions.Contains(permission);
}

/// <summary>An administrator who looks at the product as another person does (以他人身份查看).</summary>
/// <param name="UserId">His account.</param>
/// <param name="Name">Its name.</param>
/// <param name="Until">When it ends by itself (UTC).</param>
public sealed record Viewer(long UserId, string Name, DateTime Until);

/// <summary>Holds the actor of one request; set by <see cref="ActorMiddleware"/> or by a job before the database is opened.</summary>
public sealed class CurrentActor
{
    /// <summary>The actor; nobody until set.</summary>
    public Actor Actor { get; set; } = Actor.Nobody;
}
