using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>A railway station. No public source says which are open for freight, so users keep that flag.</summary>
public sealed class Station : IAudited, IVersioned
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>电报码, three letters; unique.</summary>
    public string TelegraphCode { get; set; } = "";

    /// <summary>Name without 站.</summary>
    public string Name { get; set; } = "";

    /// <summary>拼音码: what clerks type, mostly initials (gqz).</summary>
    public string PinyinCode { get; set; } = "";

    /// <summary>Full pinyin.</summary>
    public string Pinyin { get; set; } = "";

    /// <summary>TMIS code, five digits; missing for re-used telegraph codes.</summary>
    public string? TmisCode { get; set; }

    /// <summary>City.</summary>
    public string? City { get; set; }

    /// <summary>GB/T 2260 code of the province.</summary>
    public string? ProvinceCode { get; set; }

    /// <summary>Letter of the bureau group.</summary>
    public string? BureauCode { get; set; }

    /// <summary>Serves passengers.</summary>
    public bool Passenger { get; set; }

    /// <summary>Open for freight; null where nobody has said.</summary>
    public bool? Freight { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Station>
    {
        public void Configure(EntityTypeBuilder<Station> builder)
        {
            builder.ToTable("stations");
            builder.Property(s => s.TelegraphCode).HasMaxLength(5);
            builder.Property(s => s.Name).HasMaxLength(NameLength);
            builder.Property(s => s.PinyinCode).HasMaxLength(20);
            builder.Property(s => s.TmisCode).HasMaxLength(10);
            builder.HasIndex(s => s.TelegraphCode).IsUnique();
            builder.HasIndex(s => s.TmisCode);
            builder.HasIndex(s => new { s.Name, s.Id });
            builder.HasIndex(s => s.PinyinCode);
            builder.HasIndex(s => s.Pinyin);
        }
    }
}
