namespace RailCrm.Platform.Data;

/// <summary>How much of the organisation a person sees; it decides the shape of the scope condition, because no one shape is fast for all.</summary>
public enum ScopeWidth
{
    /// <summary>Nobody signed in: sees nothing.</summary>
    None,

    /// <summary>An outlet: a set of ids first.</summary>
    Narrow,

    /// <summary>A subsidiary: walk the sort index and test each row.</summary>
    Wide,

    /// <summary>The group: no condition.</summary>
    All,
}

/// <summary>What one person may see: the customers of one unit and everything under it, and those granted to the person or the unit.</summary>
/// <param name="Width">Which shape the condition takes.</param>
/// <param name="Path">Unit ids from the group down, each ended by a slash: <c>1/12/305/</c>. The slash stops unit 3 matching unit 30.</param>
/// <param name="UserId">The person, for grants; 0 for a job.</param>
/// <param name="UnitId">The person's unit, for grants; 0 for a job.</param>
public readonly record struct Scope(ScopeWidth Width, string Path, long UserId, long UnitId)
{
    /// <summary>Sees nothing: the state of a request before anyone has signed in, and of a job that has not set its own.</summary>
    public static readonly Scope None = new(ScopeWidth.None, "/", 0, 0);

    /// <summary>Sees everything. Jobs and the command line set it in the open.</summary>
    public static readonly Scope Group = new(ScopeWidth.All, "", 0, 0);

    /// <summary>The first path after every path in the scope: "0" is the character after "/".</summary>
    public string End => Path.Length == 0 ? "~" : Path[..^1] + "0";

    /// <summary>Whether a unit at <paramref name="unitPath"/> lies in the scope, grants aside.</summary>
    public bool Covers(string unitPath) =>
        Width == ScopeWidth.All || (Width != ScopeWidth.None && unitPath.StartsWith(Path, StringComparison.Ordinal));

    /// <summary>The scope of a person whose unit has this path: one id deep is the group, two a subsidiary, three an outlet.</summary>
    public static Scope Of(string path, long userId, long unitId) =>
        new(path.Count(c => c == '/') switch { 0 => ScopeWidth.None, 1 => ScopeWidth.All, 2 => ScopeWidth.Wide, _ => ScopeWidth.Narrow }, path, userId, unitId);
}

/// <summary>The root every other customer row hangs on.</summary>
public interface ICustomerRoot
{
    /// <summary>The customer's key.</summary>
    long Id { get; }

    /// <summary>The one unit that owns the customer.</summary>
    long UnitId { get; }
}

/// <summary>A row seen by whoever sees its customer.</summary>
public interface ICustomerBound
{
    /// <summary>The customer it hangs on.</summary>
    long CustomerId { get; }
}

/// <summary>A row whose every change is kept, field by field.</summary>
public interface IAudited
{
    /// <summary>The key, known after the first save.</summary>
    long Id { get; }
}

/// <summary>A row that two people may not change at once without noticing.</summary>
public interface IVersioned
{
    /// <summary>Raised by one with every change.</summary>
    int Version { get; set; }
}

/// <summary>A row that is put into the bin before it goes for good.</summary>
public interface IBinned
{
    /// <summary>When it was put into the bin (UTC); null while it lives.</summary>
    DateTime? DeletedAt { get; set; }
}
