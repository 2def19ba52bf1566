using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>What is to be done to many rows; kept as the input of its job.</summary>
public sealed class WorkOrder
{
    /// <summary>The list, by its key.</summary>
    public string List { get; set; } = "";

    /// <summary>One of its works.</summary>
    public string Act { get; set; } = "";

    /// <summary>The field to change, by its key.</summary>
    public string? Field { get; set; }

    /// <summary>Its new value as typed.</summary>
    public string? Value { get; set; }

    /// <summary>Why, where the work asks for it.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether the field is to be emptied: said on purpose, since a value that was left out means nothing yet.</summary>
    public bool Empties { get; set; }

    /// <summary>Whether all rows of the view are meant, rather than those named.</summary>
    public bool All { get; set; }

    /// <summary>The view.</summary>
    public string? In { get; set; }

    /// <summary>The rows named.</summary>
    public List<long> Ids { get; set; } = [];

    /// <summary>The job that this one takes back.</summary>
    public long? UndoOf { get; set; }

    /// <summary>What an edit leaves open: which field, and the value it gets unless it is to be emptied. Null where nothing is.</summary>
    internal Refusal? Unclear(ListOf list) => Act != "edit" || UndoOf is not null ? null
        : list.Find(Field) is not { } field ? new Refusal.InvalidMany([new(nameof(Field), "list.work_field_missing")])
        : Empties ? field.CanBeEmpty ? null : new Refusal.InvalidMany([new(nameof(Value), "list.never_empty", field.Name)])
        : string.IsNullOrWhiteSpace(Value) ? new Refusal.InvalidMany([new(nameof(Value), "list.work_value_missing")])
        : null;
}

/// <summary>One row of a work on many: whether it was done, why not, and what it takes to take it back. Seen only through its job, by whoever ordered it.</summary>
public sealed class WorkRow
{
    /// <summary>The job.</summary>
    public long JobId { get; set; }

    /// <summary>The row of the list.</summary>
    public long RowId { get; set; }

    /// <summary>done, same (nothing to change) or refused; null while it waits.</summary>
    public string? Outcome { get; set; }

    /// <summary>Why it was refused: a text's key.</summary>
    public string? Reason { get; set; }

    /// <summary>The value before, as one would type it; of a row that was removed for good, its name.</summary>
    public string? Before { get; set; }

    /// <summary>The row's version after it was done: at another one somebody changed it since.</summary>
    public int VersionAfter { get; set; }

    /// <summary>Says that it was not done.</summary>
    internal void Refuse(string reason) => (Outcome, Reason) = ("refused", reason);

    /// <summary>The rows that a job changed, so many at most.</summary>
    internal static Task<List<long>> Done(CrmDb db, long jobId, int most, CancellationToken ct) =>
        db.Set<WorkRow>().Where(r => r.JobId == jobId && r.Outcome == "done").OrderBy(r => r.RowId).Select(r => r.RowId).Take(most).ToListAsync(ct);

    internal sealed class Mapping : IEntityTypeConfiguration<WorkRow>
    {
        public void Configure(EntityTypeBuilder<WorkRow> builder)
        {
            builder.ToTable("work_rows");
            builder.HasKey(r => new { r.JobId, r.RowId });
            builder.Property(r => r.Outcome).HasMaxLength(10);
            builder.Property(r => r.Reason).HasMaxLength(100);
            builder.Property(r => r.Before).HasMaxLength(110_000);
            builder.HasIndex(r => new { r.JobId, r.Outcome, r.RowId });
        }
    }
}
