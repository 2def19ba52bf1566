using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>What a user wrote into the cells of one row before it is loaded; the uploaded file stays as it was.</summary>
public sealed class ImportEdit
{
    /// <summary>The import.</summary>
    public long ImportId { get; set; }

    /// <summary>The row in the file, as people count.</summary>
    public long Row { get; set; }

    /// <summary>JSON: column, from 0 → what stands there instead.</summary>
    public string Cells { get; set; } = "{}";

    /// <summary>Whether the row is left out.</summary>
    public bool Skipped { get; set; }

    /// <summary>The check whose finding this is newer than: the next check has read it.</summary>
    public long CheckJobId { get; set; }

    /// <summary>What that check had found.</summary>
    public string Was { get; set; } = "";

    /// <summary>What would become of the row now: created, updated, unchanged, wrong or skipped.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>JSON: what is still wrong, and what is to be looked at. (<see cref="Judged"/>)</summary>
    public string Errors { get; set; } = "[]";

    /// <summary>What is said of a row that was written over.</summary>
    /// <param name="Errors">What is still wrong.</param>
    /// <param name="Warnings">What is to be looked at.</param>
    /// <param name="WasWarned">Whether the check had found something to be looked at.</param>
    /// <param name="WasHeld">Whether the row stayed out because of that.</param>
    /// <param name="Taken">Whether somebody looked at the warnings and wants the row loaded all the same.</param>
    /// <param name="AboveRow">The row above that makes the record it changes; 0 where none does.</param>
    internal sealed record Judged(IReadOnlyList<FieldError> Errors, IReadOnlyList<FieldError> Warnings, bool WasWarned, bool WasHeld = false, bool Taken = false, long AboveRow = 0)
    {
        private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        /// <summary>As it is kept.</summary>
        public string Write() => JsonSerializer.Serialize(this, Json);

        /// <summary>As it was kept; before there were warnings, the errors alone.</summary>
        public static Judged Of(ImportEdit edit)
        {
            var kept = edit.Errors.StartsWith('[') ? new(JsonSerializer.Deserialize<List<FieldError>>(edit.Errors, Json)!, [], false) : JsonSerializer.Deserialize<Judged>(edit.Errors, Json)!;
            return kept with { Errors = ReviewFile.Read(kept.Errors), Warnings = ReviewFile.Read(kept.Warnings) };
        }
    }

    internal sealed class Configuration : IEntityTypeConfiguration<ImportEdit>
    {
        public void Configure(EntityTypeBuilder<ImportEdit> builder)
        {
            builder.ToTable("import_edits");
            builder.HasKey(e => new { e.ImportId, e.Row });
            builder.Property(e => e.Cells).HasMaxLength(200_000);
            builder.Property(e => e.Errors).HasMaxLength(100_000);
            builder.Property(e => e.Was).HasMaxLength(10);
            builder.Property(e => e.Outcome).HasMaxLength(10);
            builder.HasOne<Import>().WithMany().HasForeignKey(e => e.ImportId);
        }
    }
}
