using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Platform.Fields;

/// <summary>One option that a row has in a field of several choices: what a filter by it reads. The engine itself keeps these beside the rows (<see cref="CustomOptions"/>); nobody else writes them.</summary>
public sealed class CustomOption
{
    /// <summary>The field.</summary>
    public long FieldId { get; set; }

    /// <summary>The option, as it is stored.</summary>
    public string Option { get; set; } = "";

    /// <summary>The customer, contact or waybill line, as the field's list says. Ids alone: they narrow a query that carries the scope.</summary>
    public long RowId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomOption>
    {
        public void Configure(EntityTypeBuilder<CustomOption> builder)
        {
            builder.ToTable("custom_options");
            builder.HasKey(o => new { o.FieldId, o.Option, o.RowId });
            builder.Property(o => o.Option).HasMaxLength(CustomField.WordLength);
        }
    }
}
