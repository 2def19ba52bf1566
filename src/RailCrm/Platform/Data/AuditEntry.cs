using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Access;
using RailCrm.Platform.Fields;

namespace RailCrm.Platform.Data;

/// <summary>One change of one row: who, when, what before, what after. Written in the transaction of the change, never altered.</summary>
public sealed class AuditEntry
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() } };

    private AuditEntry() { } // EF Core

    /// <summary>An event that is not a row's change: a sign-in, a refusal, an export.</summary>
    public AuditEntry(Actor actor, DateTime at, string action, string entity, long entityId, long? customerId = null, string? changes = null) =>
        (ActorId, ActorName, Via, At, Action, Entity, EntityId, CustomerId, Changes) =
        (actor.SeenBy?.UserId ?? actor.UserId, actor.SeenBy?.Name ?? actor.Name, actor.Via, at, action, entity, entityId, customerId, changes ?? "{}"); // Whoever looks as another is who did it.

    /// <summary>Key, in order of writing.</summary>
    public long Id { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime At { get; private set; }

    /// <summary>Who; 0 is the system.</summary>
    public long ActorId { get; private set; }

    /// <summary>The name the actor had then.</summary>
    public string ActorName { get; private set; } = "";

    /// <summary>web, api, cli, job or import.</summary>
    public string Via { get; private set; } = "";

    /// <summary>created, updated, deleted, or the name of an event.</summary>
    public string Action { get; private set; } = "";

    /// <summary>The kind of row, as the type is named.</summary>
    public string Entity { get; private set; } = "";

    /// <summary>The row.</summary>
    public long EntityId { get; private set; }

    /// <summary>The customer on whose timeline it shows, if any.</summary>
    public long? CustomerId { get; private set; }

    /// <summary>JSON: field → [before, after].</summary>
    public string Changes { get; private set; } = "{}";

    /// <summary>How what is written here is escaped.</summary>
    internal static JsonSerializerOptions Plainly => Json;

    /// <summary>The same row with other values, as it is once what they were of is erased.</summary>
    internal AuditEntry With(string changes)
    {
        var other = (AuditEntry)MemberwiseClone();
        other.Changes = changes;
        return other;
    }

    internal static IReadOnlyList<Pending> Collect(ChangeTracker tracker, Actor actor, DateTime at) =>
        [.. tracker.Entries<IAudited>()
            .Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            .Select(e => new Pending(e, e.State switch { EntityState.Added => "created", EntityState.Deleted => "deleted", _ => "updated" }, Fields(e), actor, at))
            .Where(p => p.Action != "updated" || p.Changes != "{}")]; // A new password hash alone is told by its own event.

    private static string Fields(EntityEntry entry)
    {
        var changes = new SortedDictionary<string, object?[]>(StringComparer.Ordinal);
        foreach (var property in entry.Properties.Concat(entry.ComplexProperties.SelectMany(c => c.Properties)))
        {
            var name = property.Metadata.DeclaringType is Microsoft.EntityFrameworkCore.Metadata.IComplexType complex
                ? $"{complex.ComplexProperty.Name}.{property.Metadata.Name}"
                : property.Metadata.Name;
            var (before, after) = entry.State switch
            {
                EntityState.Added => (null, property.CurrentValue),
                EntityState.Deleted => (property.OriginalValue, null),
                _ => (property.OriginalValue, property.CurrentValue),
            };
            if (name == nameof(ICustomised.Custom) && entry.Entity is ICustomised)
            {
                Custom(changes, (string?)before, (string?)after);
                continue;
            }

            if (!Equals(before, after) && name is not (nameof(IVersioned.Version) or nameof(Id) or "SecurityStamp" or "PasswordHash" or "ConcurrencyStamp"))
            {
                changes[name] = [before, after];
            }
        }

        return JsonSerializer.Serialize(changes, Json);
    }

    /// <summary>Each custom field by itself: <c>Custom.x_grade</c>.</summary>
    internal static void Custom(IDictionary<string, object?[]> changes, string? before, string? after)
    {
        var (was, now) = (CustomValue.Read(before), CustomValue.Read(after));
        foreach (var key in was.Keys.Union(now.Keys))
        {
            JsonElement? old = was.TryGetValue(key, out var o) ? o : null, given = now.TryGetValue(key, out var n) ? n : null;
            if (old is null || given is null || !JsonElement.DeepEquals(old.Value, given.Value))
            {
                changes[$"Custom.{key}"] = [old, given];
            }
        }
    }

    internal sealed record Pending(EntityEntry<IAudited> Entry, string Action, string Changes, Actor Actor, DateTime At)
    {
        /// <summary>The row has its number, and its customer has, so that the entry can be written along with it; else the database gives it in the save.</summary>
        public bool IsNumbered => Entry.State != EntityState.Added || !(Entry.Property(nameof(IAudited.Id)).IsTemporary || (Entry.Entity is ICustomerBound && Entry.Property(nameof(ICustomerBound.CustomerId)).IsTemporary));

        /// <summary>Once <see cref="IsNumbered"/>.</summary>
        public AuditEntry Complete() => new(
            Actor, At, Action, Entry.Metadata.ClrType.Name, Entry.Entity.Id,
            Entry.Entity switch { ICustomerBound bound => bound.CustomerId, ICustomerRoot root => root.Id, _ => null },
            Changes);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> builder)
        {
            builder.ToTable("audit_entries");
            builder.Property(a => a.Changes).HasMaxLength(100_000);
            builder.HasIndex(a => new { a.CustomerId, a.Id });
            builder.HasIndex(a => new { a.Entity, a.EntityId, a.Id });
            builder.HasIndex(a => new { a.Entity, a.Id });
            builder.HasIndex(a => new { a.ActorId, a.Id });
            builder.HasIndex(a => new { a.Action, a.Id });
            builder.HasIndex(a => a.At);
        }
    }
}
