using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Reference;

/// <summary>A day that differs from its weekday: a statutory day off (法定节假日), or a Saturday or Sunday worked to make up for one (调休).</summary>
public sealed class Holiday
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    /// <summary>The day; unique.</summary>
    public DateOnly Date { get; set; }

    /// <summary>Of which holiday.</summary>
    public string Name { get; set; } = "";

    /// <summary>True where it is worked, false where it is free.</summary>
    public bool Worked { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Holiday>
    {
        public void Configure(EntityTypeBuilder<Holiday> builder)
        {
            builder.ToTable("holidays");
            builder.HasKey(h => h.Date);
            builder.Property(h => h.Name).HasMaxLength(NameLength);
        }
    }
}
