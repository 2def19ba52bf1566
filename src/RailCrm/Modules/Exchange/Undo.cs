using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes back what an import did to records of one kind; where somebody has changed them since, says so and leaves them.</summary>
internal abstract class Undo(CrmDb db)
{
    /// <summary>Code under which <see cref="ImportedRow"/> keeps them.</summary>
    public abstract string Entity { get; }

    protected CrmDb Db { get; } = db;

    /// <summary>Takes the rows back, of one action and in the order given. Sets their version to what they have then; null where done, else why not.</summary>
    public abstract Task<FieldError?[]> Run(IReadOnlyList<ImportedRow> rows, CancellationToken ct);

    /// <summary>What they are called and where they stand, as far as the actor sees them.</summary>
    public abstract Task<IReadOnlyDictionary<long, (string Name, string Href)>> Names(IReadOnlyCollection<long> ids, CancellationToken ct);

    /// <summary>As the other, of those that lie in the bin, as far as the actor may look there. None where there is no bin.</summary>
    public virtual Task<IReadOnlyDictionary<long, (string Name, string Href)>> Binned(IReadOnlyCollection<long> ids, CancellationToken ct) =>
        Task.FromResult<IReadOnlyDictionary<long, (string Name, string Href)>>(new Dictionary<long, (string Name, string Href)>());

    /// <summary>Whether this very version came from taking back a later row of the same import.</summary>
    protected Task<bool> IsFromHere(ImportedRow row, int version, CancellationToken ct) => Db.Set<ImportedRow>()
        .AnyAsync(r => r.ImportId == row.ImportId && r.Action == "updated" && r.EntityId == row.EntityId && r.Entity == row.Entity && r.Undone == "reverted" && r.Version == version, ct);

    /// <summary>Removes a record for which there is no bin, unless something refers to it.</summary>
    protected async Task<FieldError?> Remove(object record, CancellationToken ct)
    {
        Db.Remove(record);
        try
        {
            await Db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException)
        {
            return new("", "import.revert_hangs"); // The save has gone back to where it began; the transaction stands.
        }
    }

    protected static FieldError Refused(Refusal refusal) => refusal switch
    {
        Refusal.InvalidMany { Errors: [var first, ..] } => first,
        Refusal.Invalid one => new(one.Field, one.Code),
        Refusal.Stale => new("", "import.revert_changed"),
        Refusal.NotFound => new("", "import.revert_gone"),
        _ => new("", refusal.Code, refusal.Args),
    };
}

/// <summary>Takes back one record at a time, through the use case its form goes through.</summary>
/// <typeparam name="TInput">What may be said of it.</typeparam>
internal abstract class Undo<TInput>(CrmDb db) : Undo(db) where TInput : class
{
    public override async Task<FieldError?[]> Run(IReadOnlyList<ImportedRow> rows, CancellationToken ct)
    {
        var answers = new FieldError?[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await One(rows[i], ct);
            Db.ChangeTracker.Clear();
        }

        return answers;
    }

    /// <summary>The record's version and what is said of it; null where it is not there any more.</summary>
    protected abstract Task<(int Version, TInput Said)?> Read(ImportedRow row, CancellationToken ct);

    /// <summary>Writes what was said of it before; gives the version it has then.</summary>
    protected abstract Task<Result<int>> Write(ImportedRow row, int version, TInput old, CancellationToken ct);

    /// <summary>Takes away a record that the import made.</summary>
    protected abstract Task<FieldError?> TakeAway(long id, int version, CancellationToken ct);

    private async Task<FieldError?> One(ImportedRow row, CancellationToken ct)
    {
        if (await Read(row, ct) is not { } found)
        {
            return new("", "import.revert_gone");
        }

        if (row.Changes is null)
        {
            return found.Version == row.Version || await IsFromHere(row, found.Version, ct) ? await TakeAway(row.EntityId, found.Version, ct) : new("", "import.revert_changed");
        }

        var (old, since) = Changes.Back(found.Said, row.Changes);
        if (old is null)
        {
            return new("", "import.revert_fields", string.Join(',', since));
        }

        Db.ChangeTracker.Clear();
        if (!(await Write(row, found.Version, old, ct)).TryGet(out var version, out var refusal))
        {
            return Refused(refusal);
        }

        row.Version = version;
        return null;
    }
}
