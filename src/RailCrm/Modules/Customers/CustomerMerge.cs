using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Customers;

/// <summary>That customers became one (客户合并): who did it, what it changed, and until when it can be taken back.</summary>
public sealed class CustomerMerge
{
    /// <summary>How long a merge can be taken back.</summary>
    public static readonly TimeSpan Undoable = TimeSpan.FromDays(30);

    /// <summary>Most customers of one merge.</summary>
    public const int Most = 5;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The customer that stayed.</summary>
    public long SurvivorId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime MergedAt { get; set; }

    /// <summary>Who merged them.</summary>
    public long MergedBy { get; set; }

    /// <summary>Until when (UTC) it can be taken back.</summary>
    public DateTime UndoUntil { get; set; }

    /// <summary>UTC; null while it stands.</summary>
    public DateTime? UndoneAt { get; set; }

    /// <summary>Who took it back.</summary>
    public long? UndoneBy { get; set; }

    /// <summary>JSON: those that went, see <see cref="Loser"/>.</summary>
    public string Losers { get; set; } = "[]";

    /// <summary>JSON: field of the survivor → value before and after, as <see cref="FieldValue"/>.</summary>
    public string Fields { get; set; } = "{}";

    /// <summary>JSON: kind → how much of it moved.</summary>
    public string Counts { get; set; } = "{}";

    /// <summary>JSON: what was chosen for each field.</summary>
    public string Choices { get; set; } = "{}";

    /// <summary>One that went.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="Number">Its number.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="CreditCode">Its credit code, where the survivor took it over: two cannot hold the same.</param>
    /// <param name="CreditCodeReason">Why that was taken although it looks wrong.</param>
    public sealed record Loser(long Id, string Number, string Name, string? CreditCode, string? CreditCodeReason);

    /// <summary>A field as it was stored before and after.</summary>
    public sealed record FieldValue(JsonElement Before, JsonElement After);

    internal IReadOnlyList<Loser> LoserList => JsonSerializer.Deserialize<List<Loser>>(Losers)!;

    internal Dictionary<string, FieldValue> FieldList => JsonSerializer.Deserialize<Dictionary<string, FieldValue>>(Fields)!;

    internal Dictionary<string, long> CountList => JsonSerializer.Deserialize<Dictionary<string, long>>(Counts)!;

    internal Dictionary<string, long> ChoiceList => JsonSerializer.Deserialize<Dictionary<string, long>>(Choices)!;

    internal sealed class Mapping : IEntityTypeConfiguration<CustomerMerge>
    {
        public void Configure(EntityTypeBuilder<CustomerMerge> builder)
        {
            builder.ToTable("customer_merges");
            builder.Property(m => m.Losers).HasMaxLength(10_000);
            builder.Property(m => m.Fields).HasMaxLength(200_000);
            builder.Property(m => m.Counts).HasMaxLength(10_000);
            builder.Property(m => m.Choices).HasMaxLength(10_000);
            builder.HasIndex(m => new { m.SurvivorId, m.Id });
            builder.HasOne<Customer>().WithMany().HasForeignKey(m => m.SurvivorId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
