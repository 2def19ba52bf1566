using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Exchange;

/// <summary>A file somebody loads, and how. The work itself is its job.</summary>
public sealed class Import : IAudited, IVersioned
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Name of its <see cref="ImportKind"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>What the user calls the file.</summary>
    public string FileName { get; set; } = "";

    /// <summary>What it is called in the folder of imports.</summary>
    public string StoredName { get; set; } = "";

    /// <summary>The encoding the user named; found out where null.</summary>
    public string? Encoding { get; set; }

    /// <summary>The source of lines that name none.</summary>
    public string Source { get; set; } = "import";

    /// <summary>Whether unknown customers are made as potential ones.</summary>
    public bool CreateCustomers { get; set; }

    /// <summary>Whether rows may make records, change those that are there, or both: a code of <see cref="ImportMode"/>.</summary>
    public string Mode { get; set; } = ImportMode.Both;

    /// <summary>JSON: field → column, or columns joined by +.</summary>
    public string Mapping { get; set; } = "{}";

    /// <summary>JSON: what is replaced in whole columns; see <see cref="ColumnFix"/>.</summary>
    public string Fixes { get; set; } = "[]";

    /// <summary>Whose; 0 is the group itself.</summary>
    public long UserId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The work; null while the user still looks at the preview.</summary>
    public long? JobId { get; set; }

    /// <summary>The latest pass over the whole file that writes nothing; null before the first.</summary>
    public long? CheckJobId { get; set; }

    /// <summary>The work that takes it back; null unless asked for.</summary>
    public long? RevertJobId { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Import>
    {
        public void Configure(EntityTypeBuilder<Import> builder)
        {
            builder.ToTable("imports");
            builder.Property(i => i.Mode).HasMaxLength(10).HasDefaultValue(ImportMode.Both);
            builder.Property(i => i.Mapping).HasMaxLength(20_000);
            builder.Property(i => i.Fixes).HasMaxLength(ColumnFix.MostCharacters).HasDefaultValue("[]");
            builder.HasIndex(i => new { i.UserId, i.Id });
            builder.HasOne<Job>().WithMany().HasForeignKey(i => i.JobId);
        }
    }
}

/// <summary>How a user mapped columns of these names last time.</summary>
public sealed class RememberedMapping
{
    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>Kind of import and SHA-256 of the headers.</summary>
    public string Columns { get; set; } = "";

    /// <summary>JSON: field → column.</summary>
    public string Mapping { get; set; } = "{}";

    /// <summary>JSON: what was replaced in whole columns.</summary>
    public string Fixes { get; set; } = "[]";

    internal sealed class Configuration : IEntityTypeConfiguration<RememberedMapping>
    {
        public void Configure(EntityTypeBuilder<RememberedMapping> builder)
        {
            builder.ToTable("remembered_mappings");
            builder.HasKey(m => new { m.UserId, m.Columns });
            builder.Property(m => m.Mapping).HasMaxLength(20_000);
            builder.Property(m => m.Fixes).HasMaxLength(ColumnFix.MostCharacters).HasDefaultValue("[]");
        }
    }
}

/// <summary>What rows may do.</summary>
public static class ImportMode
{
    /// <summary>Make records and change those that are there.</summary>
    public const string Both = "both";

    /// <summary>Only make: a row whose key is known is rejected.</summary>
    public const string Create = "create";

    /// <summary>Only change: a row whose key is unknown is rejected.</summary>
    public const string Update = "update";

    /// <summary>Every mode there is.</summary>
    public static readonly IReadOnlyList<string> All = [Both, Create, Update];
}
