using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Demo;

/// <summary>A row that the demo data made in a group's own installation, remembered so that it and nothing else is removed again.</summary>
internal sealed class DemoRow
{
    /// <summary>The type of the row.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Its key.</summary>
    public long RowId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<DemoRow>
    {
        public void Configure(EntityTypeBuilder<DemoRow> builder)
        {
            builder.ToTable("demo_rows");
            builder.HasKey(r => new { r.Kind, r.RowId });
            builder.Property(r => r.Kind).HasMaxLength(40);
            builder.Property(r => r.RowId).ValueGeneratedNever();
        }
    }
}
