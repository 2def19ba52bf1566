using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Records;

namespace RailCrm.Platform.Inbox;

/// <summary>收件箱: something that concerns one person. It names what it is about and says nothing of it, so that whoever may no longer see that learns nothing from it.</summary>
public sealed class InboxLine : IOnRecord
{
    /// <summary>Somebody was mentioned in a note.</summary>
    public const string Mention = "mention";

    /// <summary>Somebody's note was replied to.</summary>
    public const string Reply = "reply";

    /// <summary>A note on what one follows, or on a record of a followed customer.</summary>
    public const string Noted = "note";

    /// <summary>Fields of what one follows changed.</summary>
    public const string Changed = "changed";

    /// <summary>A followed customer moved to another tier.</summary>
    public const string Tier = "tier";

    /// <summary>One was made a manager of customers; the first of them is named, and how many they are.</summary>
    public const string Entrusted = "entrusted";

    /// <summary>One is no longer their manager.</summary>
    public const string Relieved = "relieved";

    /// <summary>A file that one ordered can be fetched; it is about no customer.</summary>
    public const string Ready = "ready";

    /// <summary>Key, in order of writing.</summary>
    public long Id { get; set; }

    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>One of the constants above, or a module's own, whose text is <c>inbox.kind_…</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The customer that it is or belongs to; 0 where it is about none, which is why no foreign key holds it.</summary>
    public long CustomerId { get; set; }

    /// <inheritdoc/>
    public string RecordKind { get; set; } = "";

    /// <inheritdoc/>
    public long RecordId { get; set; }

    /// <summary>The note; null where it is about none.</summary>
    public long? NoteId { get; set; }

    /// <summary>The names of the fields that changed, or the tiers before and after, apart by commas; of managers how many customers, where they are several.</summary>
    public string? Detail { get; set; }

    /// <summary>Who did it; 0 is the system.</summary>
    public long ActorId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime At { get; set; }

    /// <summary>When it was read (UTC); null while it is not.</summary>
    public DateTime? ReadAt { get; set; }

    /// <summary>The line of a file that is there: read off its job, and never stored.</summary>
    internal static InboxLine OfExport(Job job) => new()
    {
        Id = -job.Id, UserId = job.UserId, Kind = Ready, RecordKind = "export", RecordId = job.Id, At = job.FinishedAt!.Value, ReadAt = job.Checkpoint is null ? job.FinishedAt : null,
    };

    internal sealed class Mapping : IEntityTypeConfiguration<InboxLine>
    {
        public void Configure(EntityTypeBuilder<InboxLine> builder)
        {
            builder.ToTable("inbox_lines");
            builder.Property(l => l.Kind).HasMaxLength(20);
            builder.Property(l => l.RecordKind).HasMaxLength(20);
            builder.Property(l => l.Detail).HasMaxLength(TellInbox.DetailLength);
            builder.HasIndex(l => new { l.UserId, l.Id });
            builder.HasIndex(l => new { l.UserId, l.CustomerId, l.Id }).HasFilter("read_at IS NULL").HasDatabaseName("ix_inbox_lines_unread");
            builder.HasIndex(l => new { l.UserId, l.Id }, "ix_inbox_lines_unread_newest").HasFilter("read_at IS NULL").HasDatabaseName("ix_inbox_lines_unread_newest"); // The bell on every page.
            builder.HasIndex(l => l.CustomerId);
            builder.HasIndex(l => l.NoteId);
            builder.HasIndex(l => new { l.RecordKind, l.RecordId });
        }
    }
}
