using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Managers;

/// <summary>独占风险: a customer with revenue that one person alone knows: nobody else answers for it or wrote a note about it. Found at night; gone at once when a second one is appointed.</summary>
public sealed class SoleKnown : ICustomerBound
{
    /// <summary>A sign: at most one contact at work.</summary>
    public const int OneContact = 1;

    /// <summary>A sign: nothing is written down about it.</summary>
    public const int NoNotes = 2;

    /// <summary>A sign: less than <see cref="Complete"/> of its dossier is said.</summary>
    public const int Incomplete = 4;

    /// <summary>A sign: a large or medium customer.</summary>
    public const int Weighty = 8;

    /// <summary>From here on a dossier counts as kept, percent.</summary>
    public const int Complete = 60;

    internal static readonly int[] Each = [OneContact, NoNotes, Incomplete, Weighty];

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <inheritdoc/>
    public long CustomerId { get; set; }

    /// <summary>Who alone knows it.</summary>
    public long UserId { get; set; }

    /// <summary>The signs, as bits.</summary>
    public int Signs { get; set; }

    /// <summary>How many signs: the more, the more is lost with the person.</summary>
    public int Weight { get; set; }

    /// <summary>Who knows some customers alone and by which signs, as the list shows it.</summary>
    internal static readonly NamesOf Said = async (db, customers, ct) =>
    {
        var found = await (from s in db.Set<SoleKnown>() join u in db.Set<User>() on s.UserId equals u.Id where EF.Parameter(customers).Contains(s.CustomerId) select new { s.CustomerId, u.DisplayName, s.Signs }).ToListAsync(ct);
        return found.ToDictionary(s => s.CustomerId, s => Texts.Get("manager.sole_said", s.DisplayName, Words(s.Signs)));
    };

    /// <summary>Signs in words.</summary>
    internal static string Words(int signs) => string.Join(Texts.Get("customer.list_comma"), Each.Where(s => (signs & s) != 0).Select(s => Texts.Get($"manager.sole_{s switch { OneContact => "contact", NoNotes => "notes", Incomplete => "incomplete", _ => "weighty" }}")));

    internal sealed class Mapping : IEntityTypeConfiguration<SoleKnown>
    {
        public void Configure(EntityTypeBuilder<SoleKnown> builder)
        {
            builder.ToTable("sole_known");
            builder.HasIndex(s => s.CustomerId).IsUnique();
            builder.HasIndex(s => new { s.Weight, s.CustomerId });
            builder.HasOne<Customer>().WithMany().HasForeignKey(s => s.CustomerId);
            builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
