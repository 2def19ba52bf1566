using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>主要股东: who holds how much.</summary>
public sealed class Shareholder : ICustomerBound, IAudited
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>Name of the person or body.</summary>
    public string Name { get; set; } = "";

    /// <summary>Share in hundredths of a percent; all together at most 10,000.</summary>
    public int ShareBasisPoints { get; set; }

    /// <summary>Person, company, state …</summary>
    public string? Kind { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Shareholder>
    {
        public void Configure(EntityTypeBuilder<Shareholder> builder) => builder.ToTable("customer_shareholders");
    }
}
