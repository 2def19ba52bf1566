using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>That contacts became one (联系人合并): who did it, what it changed, and until when it can be taken back. It goes with the contact that stayed, once that is removed for good.</summary>
public sealed class ContactMerge
{
    /// <summary>Among what moved: contacts that had become part of one that went.</summary>
    internal const string Earlier = "customer_contacts";

    /// <summary>Among what moved: contacts that reported to one that went.</summary>
    internal const string Below = "reports";

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The contact that stayed.</summary>
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

    /// <summary>JSON: field of the survivor → value before and after.</summary>
    public string Fields { get; set; } = "{}";

    /// <summary>JSON: the rows that moved, as <see cref="RecordMoves.Handed"/>.</summary>
    public string Moved { get; set; } = "[]";

    /// <summary>How many rows moved.</summary>
    public long MovedRows { get; set; }

    /// <summary>One that went.</summary>
    /// <param name="Id">Its key.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="WasMain">Whether its customer called it first.</param>
    public sealed record Loser(long Id, string Name, bool WasMain);

    internal static IReadOnlyList<Loser> LoserList(string json) => JsonSerializer.Deserialize<List<Loser>>(json)!;

    internal IReadOnlyList<Loser> LosersSaid => LoserList(Losers);

    internal Dictionary<string, CustomerMerge.FieldValue> FieldList => JsonSerializer.Deserialize<Dictionary<string, CustomerMerge.FieldValue>>(Fields)!;

    internal List<RecordMoves.Handed> MovedList => JsonSerializer.Deserialize<List<RecordMoves.Handed>>(Moved)!;

    internal sealed class Mapping : IEntityTypeConfiguration<ContactMerge>
    {
        public void Configure(EntityTypeBuilder<ContactMerge> builder)
        {
            builder.ToTable("contact_merges");
            builder.Property(m => m.Losers).HasMaxLength(10_000);
            builder.Property(m => m.Fields).HasMaxLength(200_000);
            builder.Property(m => m.Moved).HasMaxLength(10_000_000); // A contact with a hundred thousand notes is not to be refused.
            builder.HasIndex(m => new { m.SurvivorId, m.Id });
            builder.HasOne<Contact>().WithMany().HasForeignKey(m => m.SurvivorId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
