using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>客户联系人: a person at the customer.</summary>
public sealed class Contact : IFollowed, IVersioned, IBinned, ICustomised
{
    /// <summary>Most characters of what is said in sentences.</summary>
    public const int TextLength = 500;

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

    /// <summary>A second mobile.</summary>
    public string? Mobile2 { get; set; }

    /// <summary>A second landline.</summary>
    public string? Phone2 { get; set; }

    /// <summary>A second e-mail.</summary>
    public string? Email2 { get; set; }

    /// <summary>WeChat (微信).</summary>
    public string? WeChat { get; set; }

    /// <summary>Digits of <see cref="Mobile2"/>, for duplicates.</summary>
    public string? Mobile2Digits { get; set; }

    /// <summary>Digits of <see cref="Phone2"/>, for duplicates.</summary>
    public string? Phone2Digits { get; set; }

    /// <summary>How the person wants to be reached.</summary>
    public ContactWay? PreferredWay { get; set; }

    /// <summary>When, in words.</summary>
    public string? PreferredTime { get; set; }

    /// <summary>What the person has to say in a decision.</summary>
    public DecisionRole? DecisionRole { get; set; }

    /// <summary>The contact of the same customer to whom this one reports (上级); null where that is nobody or not known. No foreign key: SQLite would rebuild the table for it.</summary>
    public long? ReportsToId { get; set; }

    /// <summary>How the person stands to us.</summary>
    public Attitude? Attitude { get; set; }

    /// <summary>How much the person's word weighs.</summary>
    public Influence? Influence { get; set; }

    /// <summary>How near the person is to us.</summary>
    public Closeness? Closeness { get; set; }

    /// <summary>业务能力: what the person is able to do at work, in words.</summary>
    public string? Competence { get; set; }

    /// <summary>Birthday, as <see cref="Kernel.Birthday"/> writes it: 1980-05-03, or 05-03.</summary>
    public string? Birthday { get; set; }

    /// <summary>Whether that is a day of the lunar calendar (农历).</summary>
    public bool BirthdayLunar { get; set; }

    /// <summary>The birthday's <see cref="Kernel.Birthday.Key"/>, by which it is found.</summary>
    public int? BirthdayKey { get; set; }

    /// <summary>习俗与禁忌: customs to respect.</summary>
    public string? Customs { get; set; }

    /// <summary>Since when the person is not <see cref="Active"/>.</summary>
    public DateOnly? InactiveOn { get; set; }

    /// <summary>Why: left, moved to other work, or disabled by us.</summary>
    public string? InactiveReason { get; set; }

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

    /// <summary>When the person was erased (UTC): what was said of it is gone, and nothing more is taken.</summary>
    public DateTime? ErasedAt { get; set; }

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
            builder.HasIndex(c => c.Mobile2Digits).HasFilter("mobile2digits IS NOT NULL");
            builder.HasIndex(c => c.Phone2Digits).HasFilter("phone2digits IS NOT NULL");
            builder.HasIndex(c => c.ReportsToId).HasFilter("reports_to_id IS NOT NULL");
            builder.HasIndex(c => new { c.BirthdayKey, c.Id }).HasFilter("birthday_key IS NOT NULL");
            builder.HasIndex(c => new { c.DecisionRole, c.Name, c.Id });
            builder.HasIndex(c => new { c.Attitude, c.Name, c.Id });
            builder.HasIndex(c => new { c.Influence, c.Name, c.Id });
            builder.Property(c => c.PreferredWay).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.DecisionRole).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Attitude).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Influence).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Closeness).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Competence).HasMaxLength(TextLength);
            builder.Property(c => c.Customs).HasMaxLength(TextLength);
            builder.HasOne(c => c.Customer).WithMany().HasForeignKey(c => c.CustomerId);
        }
    }
}
