using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>A link of the chain over the audit trail: which rows, what they hash to, and the hash of the seal before. Never changed, never removed.</summary>
public sealed class AuditSeal
{
    /// <summary>A seal of rows.</summary>
    public const string OfRows = "rows";

    /// <summary>A seal of what the end of its time took away.</summary>
    public const string OfRemoval = "removed";

    /// <summary>Bytes that a row has in <see cref="Marks"/>.</summary>
    public const int MarkLength = 8;

    /// <summary>Its number: 1 and on, without a gap.</summary>
    public long Id { get; set; }

    /// <summary><see cref="OfRows"/> or <see cref="OfRemoval"/>.</summary>
    public string Kind { get; set; } = OfRows;

    /// <summary>When it was made (UTC).</summary>
    public DateTime At { get; set; }

    /// <summary>The rows' numbers in order, as ranges: <c>1-500,503</c>. Empty for a removal.</summary>
    public string Ids { get; set; } = "";

    /// <summary>The least of them; 0 for a removal.</summary>
    public long FirstId { get; set; }

    /// <summary>How many rows it is of.</summary>
    public int Count { get; set; }

    /// <summary>The highest number sealed so far, by it or by one before.</summary>
    public long Top { get; set; }

    /// <summary>Numbers up to <see cref="Top"/> that writers still at work may bring; see <see cref="Gap"/>.</summary>
    public string Open { get; set; } = "";

    /// <summary>The newest instant of its rows (UTC).</summary>
    public DateTime LastAt { get; set; }

    /// <summary>Of a removal: the last seal whose rows are gone. Else 0.</summary>
    public long Through { get; set; }

    /// <summary>SHA-256 over the rows' hashes; what remains of rows that were removed.</summary>
    public string RowsHash { get; set; } = "";

    /// <summary>The first bytes of each row's hash in order, to name the row that was altered.</summary>
    public byte[] Marks { get; set; } = [];

    /// <summary>The hash of the seal before; empty for the first.</summary>
    public string PreviousHash { get; set; } = "";

    /// <summary>SHA-256 over all of the above.</summary>
    public string Hash { get; set; } = "";

    /// <summary>What <see cref="Hash"/> must be.</summary>
    public string Computed() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{PreviousHash}|{Id}|{Kind}|{At.Ticks}|{Ids}|{FirstId}|{Count}|{Top}|{Open}|{LastAt.Ticks}|{Through}|{RowsHash}|{Convert.ToHexStringLower(Marks)}"))));

    /// <summary>The hash of one row: every column, texts with their lengths, so that nothing slides from one into the next.</summary>
    public static byte[] HashOf(AuditEntry row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{row.Id}|{row.At.Ticks}|{row.ActorId}|{row.ActorName.Length}:{row.ActorName}|{row.Via.Length}:{row.Via}|{row.Action.Length}:{row.Action}|{row.Entity.Length}:{row.Entity}|{row.EntityId}|{row.CustomerId}|{row.Changes.Length}:{row.Changes}")));
    }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditSeal>
    {
        public void Configure(EntityTypeBuilder<AuditSeal> builder)
        {
            builder.ToTable("audit_seals");
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.Property(s => s.Kind).HasMaxLength(10);
            builder.Property(s => s.Ids).HasMaxLength(100_000);
            builder.Property(s => s.Open).HasMaxLength(1_000_000);
            builder.Property(s => s.RowsHash).HasMaxLength(64);
            builder.Property(s => s.PreviousHash).HasMaxLength(64);
            builder.Property(s => s.Hash).HasMaxLength(64);
            builder.HasIndex(s => s.Through); // Asked for each row that goes.
        }
    }
}

/// <summary>Numbers that nobody had when a seal passed over them. On PostgreSQL a writer takes its numbers before it commits, so they may still come; they are looked for until every transaction of that time has ended.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
/// <param name="Horizon">The next transaction's number then.</param>
/// <param name="Since">Seconds since 1970 by the database.</param>
internal sealed record Gap(long From, long To, long Horizon, long Since)
{
    /// <summary>A writer has its number some instants before it counts as a transaction.</summary>
    private const int Lag = 60;

    /// <summary>Whether nobody can bring them any more.</summary>
    /// <param name="oldest">The oldest transaction that runs.</param>
    /// <param name="now">Seconds since 1970 by the database.</param>
    public bool IsClosed(long oldest, long now) => oldest >= Horizon && now - Since >= Lag;

    public static string Write(IEnumerable<Gap> gaps) => string.Join(',', gaps.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.From}-{g.To}@{g.Horizon}/{g.Since}")));

    public static List<Gap> Read(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(g => g.Split('-', '@', '/').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray()).Select(n => new Gap(n[0], n[1], n[2], n[3]))];
}

/// <summary>Numbers one after another.</summary>
internal readonly record struct IdRun(long From, long To)
{
    public static List<IdRun> Of(IEnumerable<long> ids)
    {
        var runs = new List<IdRun>();
        foreach (var id in ids)
        {
            if (runs.Count > 0 && runs[^1].To == id - 1)
            {
                runs[^1] = runs[^1] with { To = id };
            }
            else
            {
                runs.Add(new(id, id));
            }
        }

        return runs;
    }

    public static string Write(IEnumerable<IdRun> runs) => string.Join(',', runs.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.From}-{r.To}")));

    public static List<IdRun> Read(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('-').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray()).Select(n => new IdRun(n[0], n[1]))];

    /// <summary>What of <paramref name="whole"/> is not among ids in ascending order.</summary>
    public static IEnumerable<IdRun> Missing(IdRun whole, IEnumerable<long> ids)
    {
        var next = whole.From;
        foreach (var id in ids.Where(i => i >= whole.From && i <= whole.To))
        {
            if (id > next)
            {
                yield return new(next, id - 1);
            }

            next = id + 1;
        }

        if (next <= whole.To)
        {
            yield return new(next, whole.To);
        }
    }
}
