using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>专用线: a private track into a plant. Customers share it, so it is no customer's row.</summary>
public sealed class Siding : IAudited, IVersioned
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 100;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Its name; unique at its station.</summary>
    public string Name { get; set; } = "";

    /// <summary>接轨站: the station, by name, where it joins the network.</summary>
    public string ConnectionStation { get; set; } = "";

    /// <summary>产权单位: whose track it is.</summary>
    public string? Owner { get; set; }

    /// <summary>Length in metres.</summary>
    public int? LengthMetres { get; set; }

    /// <summary>股道数: tracks.</summary>
    public int? Tracks { get; set; }

    /// <summary>Wagons it can load or unload a day.</summary>
    public int? WagonsPerDay { get; set; }

    /// <summary>专用线运输协议 ends on this day.</summary>
    public DateOnly? AgreementExpiresOn { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Siding>
    {
        public void Configure(EntityTypeBuilder<Siding> builder)
        {
            builder.ToTable("sidings");
            builder.Property(s => s.Name).HasMaxLength(NameLength);
            builder.Property(s => s.ConnectionStation).HasMaxLength(50);
            builder.HasIndex(s => new { s.ConnectionStation, s.Name }).IsUnique();
            builder.HasIndex(s => new { s.Name, s.Id });
        }
    }
}
