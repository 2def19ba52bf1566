using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>How what hangs on a leaver is spread over the receivers.</summary>
public enum HandoverRule
{
    /// <summary>So that all have about as many customers afterwards, those they have already counted.</summary>
    Load,

    /// <summary>Customers of one unit to one receiver.</summary>
    Unit,

    /// <summary>Customers that send from one station to one receiver.</summary>
    Station,

    /// <summary>Of each tier about as many to each.</summary>
    Tier,
}

/// <summary>Where a part of a handover stands.</summary>
public enum HandoverState
{
    /// <summary>The receiver has not yet said.</summary>
    Proposed,

    /// <summary>Taken over; what goes is on its way or there.</summary>
    Accepted,

    /// <summary>Not taken over; to be given to others.</summary>
    Declined,

    /// <summary>Called off before it was taken over.</summary>
    Cancelled,

    /// <summary>Taken back.</summary>
    Undone,
}

/// <summary>交接: all that hangs on a person who leaves or moves on goes to others, who each say that they take it over.</summary>
public sealed class Handover : IAudited, IVersioned
{
    /// <summary>Longest note.</summary>
    public const int NoteLength = 500;

    /// <summary>It can be taken back for so many days.</summary>
    public const int UndoDays = 30;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Human number, JJ-0000001.</summary>
    public string Number { get; set; } = "";

    /// <summary>Who hands over.</summary>
    public long FromUserId { get; set; }

    /// <summary>The unit that person worked in: whoever appoints there looks after it.</summary>
    public long UnitId { get; set; }

    /// <summary>Whether the person leaves the group; otherwise only the post.</summary>
    public bool Leaves { get; set; }

    /// <summary>What those concerned should know.</summary>
    public string? Note { get; set; }

    /// <summary>How it was spread.</summary>
    public HandoverRule Rule { get; set; }

    /// <summary>Who decided it.</summary>
    public long CreatedBy { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>What each receiver gets.</summary>
    public List<HandoverPart> Parts { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<Handover>
    {
        public void Configure(EntityTypeBuilder<Handover> builder)
        {
            builder.ToTable("handovers");
            builder.Property(h => h.Number).HasMaxLength(20);
            builder.Property(h => h.Note).HasMaxLength(NoteLength);
            builder.Property(h => h.Rule).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(h => h.Number).IsUnique();
            builder.HasIndex(h => new { h.UnitId, h.Id });
            builder.HasIndex(h => new { h.FromUserId, h.Id });
            builder.HasOne<User>().WithMany().HasForeignKey(h => h.FromUserId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(h => h.UnitId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(h => h.Parts).WithOne().HasForeignKey(p => p.HandoverId);
        }
    }
}

/// <summary>What one receiver gets in a handover.</summary>
public sealed class HandoverPart : IAudited, IVersioned
{
    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>The handover.</summary>
    public long HandoverId { get; set; }

    /// <summary>The receiver; of a part that goes into a pool, who proposed that and confirms it.</summary>
    public long UserId { get; set; }

    /// <summary>The public pool that its customers go into; null where a person gets them. No foreign key: SQLite would make the table anew for it, and a pool in which a customer lay is never removed.</summary>
    public long? PoolId { get; set; }

    /// <summary>Where it stands.</summary>
    public HandoverState State { get; set; }

    /// <summary>Who took it over or declined it: the receiver, or whoever decided for him.</summary>
    public long? DecidedBy { get; set; }

    /// <summary>UTC.</summary>
    public DateTime? DecidedAt { get; set; }

    /// <summary>Why it was declined.</summary>
    public string? Comment { get; set; }

    /// <summary>The job that moves it, or moved it last.</summary>
    public long? JobId { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<HandoverPart>
    {
        public void Configure(EntityTypeBuilder<HandoverPart> builder)
        {
            builder.ToTable("handover_parts");
            builder.Property(p => p.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.Comment).HasMaxLength(Handover.NoteLength);
            builder.HasIndex(p => new { p.HandoverId, p.UserId }).IsUnique().HasFilter("pool_id IS NULL");
            builder.HasIndex(p => new { p.UserId, p.State });
            builder.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}

/// <summary>One thing that goes.</summary>
public sealed class HandoverItem
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The handover.</summary>
    public long HandoverId { get; set; }

    /// <summary>The part it belongs to.</summary>
    public long PartId { get; set; }

    /// <summary>Its kind: <see cref="IHandsOver.Kind"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The row, by its key in its kind.</summary>
    public long RecordId { get; set; }

    /// <summary>The customer it belongs to.</summary>
    public long? CustomerId { get; set; }

    /// <summary>moved, kept, back (taken back) or stayed (not taken back); null while it waits.</summary>
    public string? Outcome { get; set; }

    /// <summary>Why it was kept or stayed: a text's key.</summary>
    public string? Reason { get; set; }

    /// <summary>What stands for it with the receiver, where that is another row.</summary>
    public long? MovedId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<HandoverItem>
    {
        public void Configure(EntityTypeBuilder<HandoverItem> builder)
        {
            builder.ToTable("handover_items");
            builder.Property(i => i.Kind).HasMaxLength(20);
            builder.Property(i => i.Outcome).HasMaxLength(10);
            builder.Property(i => i.Reason).HasMaxLength(100);
            builder.HasIndex(i => new { i.PartId, i.Outcome, i.Id });
            builder.HasIndex(i => new { i.HandoverId, i.PartId, i.Kind, i.Outcome }); // Counted for each row of the list.
            builder.HasIndex(i => new { i.HandoverId, i.Kind, i.RecordId }).IsUnique();
            builder.HasIndex(i => i.CustomerId);
            builder.HasOne<Handover>().WithMany().HasForeignKey(i => i.HandoverId);
            builder.HasOne<HandoverPart>().WithMany().HasForeignKey(i => i.PartId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne<Customer>().WithMany().HasForeignKey(i => i.CustomerId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
