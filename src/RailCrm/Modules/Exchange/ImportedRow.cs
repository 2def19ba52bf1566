using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Exchange;

/// <summary>A record that a row of an import made or changed: the way to it from the report, and the way back.</summary>
/// <remarks>Written by <see cref="RecordImported"/>, in the transaction of the batch; kept for as long as an import can be reverted.</remarks>
public sealed class ImportedRow
{
    /// <summary>The import.</summary>
    public long ImportId { get; set; }

    /// <summary>created or updated. Backwards by this, row and part is the order of reverting: changes first, then what was made, later rows before earlier ones.</summary>
    public string Action { get; set; } = "";

    /// <summary>The row in the file, as people count.</summary>
    public long Row { get; set; }

    /// <summary>Which of the records of the row, in the order of writing.</summary>
    public int Part { get; set; }

    /// <summary>Code of its <see cref="Undo"/>.</summary>
    public string Entity { get; set; } = "";

    /// <summary>The record.</summary>
    public long EntityId { get; set; }

    /// <summary>The version it had afterwards; of a record without one, a sum over its content. Once reverted, the version that gave it.</summary>
    public int Version { get; set; }

    /// <summary>JSON: field → [before, after]; null where the record is new.</summary>
    public string? Changes { get; set; }

    /// <summary>reverted or refused; null while nobody asked.</summary>
    public string? Undone { get; set; }

    /// <summary>JSON: why it was refused.</summary>
    public string? Reason { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ImportedRow>
    {
        public void Configure(EntityTypeBuilder<ImportedRow> builder)
        {
            builder.ToTable("import_rows");
            builder.HasKey(r => new { r.ImportId, r.Action, r.Row, r.Part });
            builder.Property(r => r.Action).HasMaxLength(10);
            builder.Property(r => r.Entity).HasMaxLength(20);
            builder.Property(r => r.Changes).HasMaxLength(200_000);
            builder.Property(r => r.Undone).HasMaxLength(10);
            builder.Property(r => r.Reason).HasMaxLength(4_000);
            builder.HasIndex(r => new { r.ImportId, r.EntityId }).HasFilter("action = 'updated'"); // Nothing to keep up while records are made, and those are most.
            builder.HasIndex(r => new { r.ImportId, r.Action, r.Row }).HasFilter("undone = 'refused'");
            builder.HasOne<Import>().WithMany().HasForeignKey(r => r.ImportId);
        }
    }
}
