using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>A record that a row made or changed.</summary>
/// <param name="Entity">Code of its <see cref="Undo"/>.</param>
/// <param name="Id">Its key.</param>
/// <param name="Version">The version it had afterwards; of a record without one, a sum over its content.</param>
/// <param name="Changes">JSON: field → [before, after]; null where the record is new.</param>
internal readonly record struct Made(string Entity, long Id, int Version, string? Changes = null);

/// <summary>What became of a row, or would.</summary>
/// <param name="Outcome">created, updated or unchanged; null where it was rejected.</param>
/// <param name="Errors">Why it was rejected.</param>
internal sealed record RowAnswer(string? Outcome, IReadOnlyList<FieldError> Errors)
{
    public static readonly RowAnswer Created = new("created", []);
    public static readonly RowAnswer Updated = new("updated", []);
    public static readonly RowAnswer Unchanged = new("unchanged", []);

    /// <summary>What somebody should look at, though it is not wrong.</summary>
    public IReadOnlyList<FieldError> Warnings { get; init; } = [];

    /// <summary>Whether a row above makes the record that this one changes; told by a preview alone.</summary>
    public bool Above { get; init; }

    /// <summary>Which row above; 0 where that is not told.</summary>
    public long AboveRow { get; init; }

    /// <summary>The records it made or changed, in the order of writing.</summary>
    public IReadOnlyList<Made> Made { get; init; } = [];
}

/// <summary>Takes the rows of one import, batch by batch.</summary>
internal abstract class RowTaker(Import import)
{
    /// <summary>Whose rows they are.</summary>
    protected Import Import { get; } = import;

    /// <summary>What a preview has gone over before; each row adds to it.</summary>
    public RowsAbove Above { get; set; } = new();

    /// <summary>Customers made on the way.</summary>
    public virtual int CustomersCreated => 0;

    /// <summary>Rows of one transaction.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Whether a row can only be judged along with all others of the file.</summary>
    public virtual bool NeedsWholeFile => false;

    /// <summary>Writes a batch in the transaction that is open.</summary>
    public abstract Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct);

    /// <summary>Says what would become of each row, and writes nothing.</summary>
    public abstract Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct);

    /// <summary>Says of each row which record it speaks of and what it would change of it, in a few reads for all of them; null where there is none yet. Judges nothing.</summary>
    public abstract Task<Meeting?[]> Meet(IReadOnlyList<TableRow> rows, CancellationToken ct);

    /// <summary>Keeps in mind what a row says, as far as the row alone tells, for those below it; a wrong one is kept only to be judged anew with those above it.</summary>
    public virtual void Note(TableRow row, bool isRight = true)
    {
    }

    /// <summary>Warns where a row is known by its key and calls the record something else.</summary>
    protected static IReadOnlyList<FieldError> Named(string? written, string known, string code) =>
        written is not null && Alike.Differ(written, known) ? [new("name", code, known)] : [];

    /// <summary>Why the mode of the import keeps a row out; null where it does not.</summary>
    /// <param name="field">The field that is the key.</param>
    /// <param name="isNew">Whether no record of that key is there.</param>
    protected FieldError? Kept(string field, bool isNew) => (Import.Mode, isNew) switch
    {
        (ImportMode.Create, false) => new(field, "import.mode_exists"),
        (ImportMode.Update, true) => new(field, "import.mode_missing"),
        _ => null,
    };
}
