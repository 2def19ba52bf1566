using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>What became of a row.</summary>
/// <param name="Outcome">created, updated or unchanged; null where it was rejected.</param>
/// <param name="Errors">Why it was rejected.</param>
internal sealed record RowAnswer(string? Outcome, IReadOnlyList<FieldError> Errors)
{
    public static readonly RowAnswer Created = new("created", []);
    public static readonly RowAnswer Updated = new("updated", []);
    public static readonly RowAnswer Unchanged = new("unchanged", []);
}

/// <summary>Takes the rows of one import, batch by batch.</summary>
internal abstract class RowTaker
{
    /// <summary>Customers made on the way.</summary>
    public virtual int CustomersCreated => 0;

    /// <summary>Rows of one transaction.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Writes a batch in the transaction that is open.</summary>
    public abstract Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct);

    /// <summary>Says what would be wrong, and writes nothing.</summary>
    public abstract Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct);
}
