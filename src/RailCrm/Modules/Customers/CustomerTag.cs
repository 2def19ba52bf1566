using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Customers;

/// <summary>That a customer bears a tag: <see cref="Customer.Tags"/> taken apart by a trigger, so that a list by tag need not read every customer. Only ever met beside the customer, who carries the scope.</summary>
internal sealed class CustomerTag
{
    /// <summary>The tag.</summary>
    public string Tag { get; set; } = "";

    /// <summary>Who bears it.</summary>
    public long CustomerId { get; set; }

    /// <summary>The unit that owns the customer.</summary>
    public long UnitId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerTag>
    {
        public void Configure(EntityTypeBuilder<CustomerTag> builder)
        {
            builder.ToTable("customer_tags", t => t.ExcludeFromMigrations());
            builder.HasKey(t => new { t.Tag, t.CustomerId });
        }
    }
}
