using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Records;

/// <summary>A kind of record that notes, files and marks hang on: a customer, or what belongs to one. A module registers its own.</summary>
/// <param name="Kind">Its name in the database; never changes.</param>
/// <param name="TextKey">What one of it is called.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Permission">Who may see it.</param>
/// <param name="Find">Those of these ids that the actor sees, in any order.</param>
/// <param name="PastScope">Whether people see one without its customer, as they take part in it: <paramref name="Find"/> alone decides then.</param>
public sealed record RecordKind(string Kind, string TextKey, string Icon, string Permission, Func<CrmDb, IReadOnlyList<long>, CancellationToken, Task<IReadOnlyList<RecordFound>>> Find, bool PastScope = false)
{
    /// <summary>The customer itself.</summary>
    public const string Customer = "customer";

    /// <summary>A person at the customer.</summary>
    public const string Contact = "contact";

    /// <summary>A waybill line.</summary>
    public const string Waybill = "waybill";
}

/// <summary>A record that the actor sees.</summary>
/// <param name="Id">Its key.</param>
/// <param name="CustomerId">The customer it is or belongs to.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Href">Its page.</param>
/// <param name="Erased">Whether it is a person who was erased: nothing new is taken for it.</param>
public sealed record RecordFound(long Id, long CustomerId, string Title, string Href, bool Erased = false)
{
    private const string NotesPath = "/notes";

    /// <summary>Its notes; for whoever may not open the record's own form they are its page.</summary>
    public string Notes => Href.EndsWith(NotesPath, StringComparison.Ordinal) ? Href : Href + NotesPath;
}

/// <summary>A row that hangs on a record. It is scoped through the customer, and goes where the customer's rows go.</summary>
public interface IOnRecord : ICustomerBound
{
    /// <summary>One of <see cref="Records.RecordKind"/>.</summary>
    string RecordKind { get; }

    /// <summary>The record; 0 where it is the customer itself, so that a merge has one column to change.</summary>
    long RecordId { get; }
}

/// <summary>A record whose row lies in a bin of its own: what hangs on it waits unseen until it comes back.</summary>
internal sealed class AwayRecord
{
    public long Id { get; set; }
    public string Kind { get; set; } = "";
}

/// <summary>What hangs on records, as far as they are there.</summary>
internal static class OnRecords
{
    /// <summary>Without what hangs on records that lie in a bin of their own.</summary>
    public static IQueryable<T> There<T>(this IQueryable<T> rows, CrmDb db) where T : class, IOnRecord => rows.Where(r => !db.Set<AwayRecord>().Any(a => a.Kind == r.RecordKind && a.Id == r.RecordId));
}

/// <summary>An audited record of a customer that can be followed by itself: whoever does is told as it changes.</summary>
public interface IFollowed : IAudited, ICustomerBound
{
    /// <summary>One of <see cref="RecordKind"/>.</summary>
    string FollowedAs { get; }
}

/// <summary>Finds records by kind and key, within the actor's scope and permissions.</summary>
public sealed class RecordKinds(IEnumerable<RecordKind> kinds)
{
    private readonly Dictionary<string, RecordKind> _kinds = kinds.ToDictionary(k => k.Kind, StringComparer.Ordinal);

    /// <summary>The kinds that the actor may see.</summary>
    public IReadOnlyList<string> Of(Actor actor) => [.. _kinds.Values.Where(k => actor.May(k.Permission)).Select(k => k.Kind)];

    /// <summary>The kinds of which people see what they take part in, whoever's the customer is.</summary>
    public IReadOnlyList<string> PastScope { get; } = [.. kinds.Where(k => k.PastScope).Select(k => k.Kind)];

    /// <summary>A kind; null where there is none such.</summary>
    public RecordKind? Named(string kind) => _kinds.GetValueOrDefault(kind);

    /// <summary>The record that a row hangs on.</summary>
    public static (string Kind, long Id) Of(IOnRecord row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (row.RecordKind, row.RecordId == 0 ? row.CustomerId : row.RecordId);
    }

    /// <summary>The record; null where the actor does not see it.</summary>
    public async Task<RecordFound?> One(CrmDb db, string kind, long id, CancellationToken ct) => (await Many(db, [(kind, id)], ct)).GetValueOrDefault((kind, id));

    /// <summary>Those of the records that the actor sees.</summary>
    public async Task<IReadOnlyDictionary<(string Kind, long Id), RecordFound>> Many(CrmDb db, IEnumerable<(string Kind, long Id)> asked, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var found = new Dictionary<(string, long), RecordFound>();
        foreach (var group in asked.Distinct().GroupBy(a => a.Kind))
        {
            if (Named(group.Key) is { } kind && db.Actor.May(kind.Permission))
            {
                foreach (var record in await kind.Find(db, [.. group.Select(g => g.Id)], ct))
                {
                    found[(kind.Kind, record.Id)] = record;
                }
            }
        }

        return found;
    }
}
