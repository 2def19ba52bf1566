using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Care;

/// <summary>What was done for a person.</summary>
public enum GestureKind
{
    /// <summary>A greeting (问候).</summary>
    Greeting,

    /// <summary>A visit (拜访).</summary>
    Visit,

    /// <summary>Flowers (鲜花).</summary>
    Flowers,

    /// <summary>A gift (礼品).</summary>
    Gift,

    /// <summary>A meal (宴请).</summary>
    Meal,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>温情公关: something done for a contact, with what it was worth. It stays said: one that was wrong is taken out, and the history tells that.</summary>
public sealed class Gesture : IOnRecord, IAudited
{
    /// <summary>Longest note.</summary>
    public const int NoteLength = 500;

    /// <inheritdoc cref="IAudited.Id"/>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = Platform.Records.RecordKind.Contact;

    /// <summary>The contact.</summary>
    public long RecordId { get; set; }

    /// <summary>What it was.</summary>
    public GestureKind Kind { get; set; }

    /// <summary>Worth in fen; 0 where it cost nothing.</summary>
    public long ValueFen { get; set; }

    /// <summary>The day.</summary>
    public DateOnly On { get; set; }

    /// <summary>For what occasion, and what it was.</summary>
    public string? Note { get; set; }

    /// <summary>合规说明: why it is allowed, who agreed; needed above the group's first limit.</summary>
    public string? Compliance { get; set; }

    /// <summary>Who did it, or wrote it down.</summary>
    public long UserId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Gesture>
    {
        public void Configure(EntityTypeBuilder<Gesture> builder)
        {
            builder.ToTable("gestures");
            builder.Property(g => g.RecordKind).HasMaxLength(20);
            builder.Property(g => g.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(g => g.Note).HasMaxLength(NoteLength);
            builder.Property(g => g.Compliance).HasMaxLength(NoteLength);
            builder.HasIndex(g => new { g.RecordKind, g.RecordId, g.On, g.ValueFen });
            builder.HasIndex(g => g.CustomerId);
            builder.HasOne<Customer>().WithMany().HasForeignKey(g => g.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
