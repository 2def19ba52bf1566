using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>曾任职: that a contact worked at a customer before it moved to another. Seen by whoever sees that customer; the contact itself by whoever sees the one it is at.</summary>
public sealed class FormerContact : ICustomerBound, IAudited
{
    /// <inheritdoc cref="IAudited.Id"/>
    public long Id { get; set; }

    /// <summary>The customer that the person left.</summary>
    public long CustomerId { get; set; }

    /// <summary>Who.</summary>
    public long ContactId { get; set; }

    /// <summary>The name then.</summary>
    public string Name { get; set; } = "";

    /// <summary>The title then.</summary>
    public string? Title { get; set; }

    /// <summary>Since when the person was known there; null where that is not known.</summary>
    public DateOnly? From { get; set; }

    /// <summary>The last day there.</summary>
    public DateOnly Until { get; set; }

    /// <summary>Where a contact worked before, and those that became part of it, as far as the actor sees those customers; the last first.</summary>
    internal static async Task<IReadOnlyList<(FormerContact Was, string Customer)>> Of(CrmDb db, long contactId, CancellationToken ct)
    {
        var parts = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(k => k.PartOfId == contactId).Select(k => k.Id).ToListAsync(ct);
        parts.Add(contactId);
        return [.. (await (from f in db.Set<FormerContact>().AsNoTracking() join c in db.Set<Customer>() on f.CustomerId equals c.Id where EF.Parameter(parts).Contains(f.ContactId) orderby f.Until descending, f.Id descending select new { Was = f, c.Name })
            .Take(50).ToListAsync(ct)).Select(e => (e.Was, e.Name))];
    }

    internal sealed class Mapping : IEntityTypeConfiguration<FormerContact>
    {
        public void Configure(EntityTypeBuilder<FormerContact> builder)
        {
            builder.ToTable("former_contacts");
            builder.HasIndex(f => new { f.CustomerId, f.Id });
            builder.HasIndex(f => new { f.ContactId, f.Id });
            builder.HasOne<Contact>().WithMany().HasForeignKey(f => f.ContactId).OnDelete(DeleteBehavior.Cascade);
            builder.HasOne<Customer>().WithMany().HasForeignKey(f => f.CustomerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
