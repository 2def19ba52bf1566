using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>That the values of one row of the trail were blanked because they were of a person who was erased: what the row hashed to before and after. An event of the trail holds a digest over all of one erasure, so that the chain stands surety for it. Never changed, never removed.</summary>
public sealed class AuditErasure
{
    /// <summary>The action of that event.</summary>
    public const string Action = "erased";

    private const string DigestField = "Digest";

    /// <summary>Key, in order of writing.</summary>
    public long Id { get; set; }

    /// <summary>The row of the trail.</summary>
    public long EntryId { get; set; }

    /// <summary>The event of the erasure.</summary>
    public long EventId { get; set; }

    /// <summary>The row's hash before.</summary>
    public string Was { get; set; } = "";

    /// <summary>The row's hash since.</summary>
    public string Now { get; set; } = "";

    /// <summary>Blanks rows: writes the event, what each row was and is, and then the rows themselves. In the transaction of the erasure.</summary>
    /// <param name="db">The database.</param>
    /// <param name="rows">Each row as it is, and its values as they are to be.</param>
    /// <param name="told">The event's fields.</param>
    /// <param name="entity">What was erased.</param>
    /// <param name="entityId">Its key.</param>
    /// <param name="customerId">Its customer.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task Write(CrmDb db, IEnumerable<(AuditEntry Row, string Changes)> rows, Dictionary<string, object?[]> told, string entity, long entityId, long customerId, CancellationToken ct)
    {
        var all = rows.Where(r => r.Row.Changes != r.Changes).OrderBy(r => r.Row.Id).Select(r => (r.Row.Id, r.Changes, Was: Hex(r.Row), Now: Hex(r.Row.With(r.Changes)))).ToList();
        told["Trail"] = [null, all.Count];
        told[DigestField] = [null, Digest(all.Select(r => (r.Id, r.Was, r.Now)))];
        var entry = new AuditEntry(db.Actor, db.UtcNow, Action, entity, entityId, customerId, JsonSerializer.Serialize(told, AuditEntry.Plainly));
        db.Add(entry);
        await db.SaveChangesAsync(ct);
        db.AddRange(all.Select(r => new AuditErasure { EntryId = r.Id, EventId = entry.Id, Was = r.Was, Now = r.Now }));
        await db.SaveChangesAsync(ct);
        foreach (var (id, changes, _, _) in all)
        {
            await db.Database.ExecuteSqlAsync($"UPDATE audit_entries SET changes = {changes} WHERE id = {id}", ct);
        }
    }

    /// <summary>The hash under which a row was sealed that is not as it was sealed: that from before it was blanked; null where no erasure accounts for it.</summary>
    /// <param name="db">The database.</param>
    /// <param name="row">The row as it is.</param>
    /// <param name="of">What was blanked of it, in order.</param>
    /// <param name="mark">The first bytes of the hash in its seal.</param>
    /// <param name="known">Events that were asked before.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task<byte[]?> Sealed(CrmDb db, AuditEntry row, IReadOnlyList<AuditErasure> of, byte[] mark, Dictionary<long, bool> known, CancellationToken ct)
    {
        var now = Hex(row);
        for (var i = of.Count - 1; i >= 0 && of[i].Now == now && await IsTold(db, of[i].EventId, known, ct); now = of[i].Was, i--)
        {
            if (Convert.FromHexString(of[i].Was) is var was && was.AsSpan(0, mark.Length).SequenceEqual(mark))
            {
                return was;
            }
        }

        return null;
    }

    private static string Hex(AuditEntry row) => Convert.ToHexStringLower(AuditSeal.HashOf(row));

    private static string Digest(IEnumerable<(long Id, string Was, string Now)> rows) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Id}|{r.Was}|{r.Now}"))))));

    /// <summary>Whether the event of an erasure tells of just these rows.</summary>
    private static async Task<bool> IsTold(CrmDb db, long eventId, Dictionary<long, bool> known, CancellationToken ct)
    {
        if (!known.TryGetValue(eventId, out var told))
        {
            var rows = await db.Set<AuditErasure>().AsNoTracking().Where(e => e.EventId == eventId).OrderBy(e => e.EntryId).ToListAsync(ct);
            var entry = await db.Set<AuditEntry>().AsNoTracking().SingleOrDefaultAsync(a => a.Id == eventId && a.Action == Action, ct);
            known[eventId] = told = entry is not null && JsonDocument.Parse(entry.Changes).RootElement.TryGetProperty(DigestField, out var digest) && digest[1].GetString() == Digest(rows.Select(r => (r.EntryId, r.Was, r.Now)));
        }

        return told;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditErasure>
    {
        public void Configure(EntityTypeBuilder<AuditErasure> builder)
        {
            builder.ToTable("audit_erasures");
            builder.Property(e => e.Was).HasMaxLength(64);
            builder.Property(e => e.Now).HasMaxLength(64);
            builder.HasIndex(e => new { e.EntryId, e.Id });
            builder.HasIndex(e => new { e.EventId, e.EntryId });
        }
    }
}
