using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Dossier;

/// <summary>A version of the dossier's Word template in one language. The newest counts; one without bytes stands for a return to the template that came with the product.</summary>
/// <remarks>In the database rather than in the data folder, so that every node fills in the same. Its change is told by an event of its own: the audit would keep the bytes a second time.</remarks>
internal sealed class DocumentTemplate
{
    public long Id { get; set; }

    /// <summary>zh-CN or en.</summary>
    public string Language { get; set; } = "";

    /// <summary>1, 2, 3 … within its language.</summary>
    public int Number { get; set; }

    /// <summary>What its sender called the file; empty for a return to the product's own.</summary>
    public string FileName { get; set; } = "";

    /// <summary>The .docx as it was taken in; null for the product's own.</summary>
    public byte[]? Content { get; set; }

    /// <summary>SHA-256 of the bytes sent, hexadecimal; empty for the product's own.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Who changed it.</summary>
    public long CreatedBy { get; set; }

    /// <summary>The name of that account then.</summary>
    public string CreatedByName { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<DocumentTemplate>
    {
        public void Configure(EntityTypeBuilder<DocumentTemplate> builder)
        {
            builder.ToTable("document_templates");
            builder.Property(t => t.Language).HasMaxLength(10);
            builder.Property(t => t.Sha256).HasMaxLength(64);
            builder.HasIndex(t => new { t.Language, t.Number }).IsUnique();
        }
    }
}
