using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Care;

/// <summary>纪念日: a day of a contact that comes back every year, such as a wedding or the first day at the customer. The birthday is the contact's own.</summary>
public sealed class ContactDay : IOnRecord, IAudited
{
    /// <summary>Most of one contact.</summary>
    public const int Most = 20;

    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    /// <inheritdoc cref="IAudited.Id"/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = Platform.Records.RecordKind.Contact;

    /// <summary>The contact.</summary>
    public long RecordId { get; set; }

    /// <summary>What is kept.</summary>
    public string Name { get; set; } = "";

    /// <summary>As <see cref="Birthday"/> writes it.</summary>
    public string Day { get; set; } = "";

    /// <summary>Whether it is of the lunar calendar.</summary>
    public bool IsLunar { get; set; }

    /// <summary>Its <see cref="Birthday.Key"/>, by which it is found.</summary>
    public int DayKey { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ContactDay>
    {
        public void Configure(EntityTypeBuilder<ContactDay> builder)
        {
            builder.ToTable("contact_days");
            builder.Property(d => d.RecordKind).HasMaxLength(20);
            builder.Property(d => d.Name).HasMaxLength(NameLength);
            builder.Property(d => d.Day).HasMaxLength(10);
            builder.HasIndex(d => new { d.RecordKind, d.RecordId, d.Id });
            builder.HasIndex(d => new { d.DayKey, d.Id });
            builder.HasIndex(d => d.CustomerId);
            builder.HasOne<Customer>().WithMany().HasForeignKey(d => d.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
