using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Waybills;

/// <summary>A waybill line that somebody deleted, until it is restored or removed for good. In a table of its own: a mark on each of a hundred million lines would cost every list and figure of those that are there.</summary>
public sealed class BinnedLine : ICustomerBound
{
    /// <summary>Our own text, never a page's: quotes are kept short, since own fields are JSON within JSON.</summary>
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line's key. It takes it back, so that its notes, files, history and address are its own again.</summary>
    public long Id { get; set; }

    /// <summary>The customer, who may have changed by a merge since.</summary>
    public long CustomerId { get; set; }

    /// <summary>The unit that did the work.</summary>
    public long UnitId { get; set; }

    /// <summary>The system it came from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Its number there; by now another line may bear it.</summary>
    public string ExternalNo { get; set; } = "";

    /// <summary>The day of the service.</summary>
    public DateOnly Date { get; set; }

    /// <summary>Weight, kg.</summary>
    public long WeightKg { get; set; }

    /// <summary>Revenue without VAT, fen.</summary>
    public long RevenueFen { get; set; }

    /// <summary>Direct cost, fen.</summary>
    public long CostFen { get; set; }

    /// <summary>The whole line as JSON.</summary>
    public string Content { get; set; } = "";

    /// <summary>When it was deleted (UTC).</summary>
    public DateTime DeletedAt { get; set; }

    /// <summary>By whom.</summary>
    public long DeletedBy { get; set; }

    /// <summary>The work on many that did it; null where it was deleted by itself.</summary>
    public long? JobId { get; set; }

    internal static BinnedLine Of(WaybillLine line, DateTime at, long by, long? jobId) => new()
    {
        Id = line.Id, CustomerId = line.CustomerId, UnitId = line.UnitId, Source = line.Source, ExternalNo = line.ExternalNo, Date = line.Date, WeightKg = line.WeightKg, RevenueFen = line.RevenueFen, CostFen = line.CostFen,
        Content = JsonSerializer.Serialize(line, Json), DeletedAt = at, DeletedBy = by, JobId = jobId,
    };

    /// <summary>The line as it was, of the customer it belongs to now.</summary>
    internal WaybillLine Line()
    {
        var line = JsonSerializer.Deserialize<WaybillLine>(Content)!;
        (line.Id, line.CustomerId) = (Id, CustomerId);
        return line;
    }

    /// <summary>The names of lines in one place and in the other. One that went from here to there between the two reads is in both.</summary>
    internal static Dictionary<long, string> Named(Dictionary<long, string> some, Dictionary<long, string> others)
    {
        foreach (var (id, name) in others)
        {
            some.TryAdd(id, name);
        }

        return some;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<BinnedLine>
    {
        public void Configure(EntityTypeBuilder<BinnedLine> builder)
        {
            builder.ToTable("binned_lines");
            builder.Property(b => b.Id).ValueGeneratedNever();
            builder.Property(b => b.Source).HasMaxLength(WaybillLine.SourceLength);
            builder.Property(b => b.ExternalNo).HasMaxLength(WaybillLine.ExternalNoLength);
            builder.Property(b => b.Content).HasMaxLength((2 * ICustomised.Length) + 10_000);
            builder.HasIndex(b => new { b.DeletedAt, b.Id });
            builder.HasIndex(b => new { b.ExternalNo, b.Id });
            builder.HasIndex(b => new { b.Date, b.Id });
            builder.HasIndex(b => new { b.CustomerId, b.DeletedAt, b.Id });
            builder.HasIndex(b => new { b.DeletedBy, b.DeletedAt, b.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(b => b.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
