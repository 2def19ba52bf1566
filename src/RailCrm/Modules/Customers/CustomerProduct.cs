using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>A main product with its yearly output and stock.</summary>
public sealed class CustomerProduct : ICustomerBound, IAudited
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>Product.</summary>
    public string Name { get; set; } = "";

    /// <summary>Yearly output in <see cref="Unit"/>.</summary>
    public long? AnnualOutput { get; set; }

    /// <summary>Stock in <see cref="Unit"/>.</summary>
    public long? StockOnHand { get; set; }

    /// <summary>Unit of both, e.g. 吨.</summary>
    public string? Unit { get; set; }

    /// <summary>The day the figures are of.</summary>
    public DateOnly? AsOf { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerProduct>
    {
        public void Configure(EntityTypeBuilder<CustomerProduct> builder) => builder.ToTable("customer_products");
    }
}
