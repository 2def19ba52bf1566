using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>客户联系人: a person at the customer.</summary>
public sealed class Contact : IFollowed, IVersioned, IBinned, ICustomised
{
    /// <inheritdoc/>
    string IFollowed.FollowedAs => RecordKind.Contact;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>The customer; read by lists, loaded nowhere.</summary>
    public Customer? Customer { get; set; }

    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Title.</summary>
    public string? Title { get; set; }

    /// <summary>Mobile.</summary>
    public string? Mobile { get; set; }

    /// <summary>Landline.</summary>
    public string? Phone { get; set; }

    /// <summary>E-mail.</summary>
    public string? Email { get; set; }

    /// <summary>Digits of <see cref="Mobile"/>, for duplicates.</summary>
    public string? MobileDigits { get; set; }

    /// <summary>Digits of <see cref="Phone"/>, for duplicates.</summary>
    public string? PhoneDigits { get; set; }

    /// <summary>The first one to call; at most one a customer.</summary>
    public bool IsMain { get; set; }

    /// <summary>False when the person no longer works there or for us; kept for what was agreed.</summary>
    public bool Active { get; set; } = true;

    /// <summary>UTC; of a person whom an import brought along with the past, the original time.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The account that made it, or that an import names as its author; 0 is the system, null where nobody kept it.</summary>
    public long? CreatedBy { get; set; }

    /// <inheritdoc/>
    public DateTime? DeletedAt { get; set; }

    /// <summary>Who put the contact into the bin.</summary>
    public long? DeletedBy { get; set; }

    /// <summary>The contact that it became part of in a merge; it lies in the bin since. No foreign key, as with customers.</summary>
    public long? PartOfId { get; set; }

    /// <inheritdoc/>
    public string? Custom { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Contact>
    {
        public void Configure(EntityTypeBuilder<Contact> builder)
        {
            builder.ToTable("customer_contacts");
            builder.HasIndex(c => c.MobileDigits);
            builder.HasIndex(c => c.PhoneDigits);
            builder.HasIndex(c => new { c.Name, c.Id });
            builder.HasIndex(c => new { c.IsMain, c.Name, c.Id });
            builder.HasIndex(c => new { c.CreatedAt, c.Id });
            builder.HasIndex(c => new { c.DeletedAt, c.Id, c.Name, c.CustomerId, c.DeletedBy, c.PartOfId }).HasFilter("deleted_at IS NOT NULL").HasDatabaseName(ContactBinList.Index); // The bin, newest first, with what it is filtered by.
            builder.HasIndex(c => c.CreatedBy);
            builder.HasIndex(c => new { c.Title, c.Name, c.Id });
            builder.HasIndex(c => c.PartOfId).HasFilter("part_of_id IS NOT NULL");
            builder.HasIndex(c => new { c.Active, c.Name, c.Id }).HasFilter("NOT active"); // As with customers: few are.
            builder.HasOne(c => c.Customer).WithMany().HasForeignKey(c => c.CustomerId);
        }
    }
}
