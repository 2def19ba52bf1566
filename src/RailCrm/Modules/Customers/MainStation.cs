using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>主要到发站: a station the customer ships from or to.</summary>
public sealed class MainStation : ICustomerBound, IAudited
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>True where goods leave, false where they arrive.</summary>
    public bool Sending { get; set; }

    /// <summary>Station name.</summary>
    public string Station { get; set; } = "";

    /// <summary>Tonnes a year.</summary>
    public long? YearlyTonnes { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<MainStation>
    {
        public void Configure(EntityTypeBuilder<MainStation> builder)
        {
            builder.ToTable("customer_stations");
            builder.HasIndex(s => new { s.Station, s.CustomerId });
        }
    }
}
