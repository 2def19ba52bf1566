using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>A file that the applicant or somebody who decides laid beside an approval. Seen by whoever sees the approval, and none of the customer's own attachments.</summary>
public sealed class ApprovalDocument
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>The approval.</summary>
    public long ApprovalId { get; set; }

    /// <summary>What it is called.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Its kind, found by what it holds.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>Length in bytes.</summary>
    public long SizeBytes { get; set; }

    /// <summary>SHA-256 of the bytes, hexadecimal; also where they lie.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Who brought it.</summary>
    public long CreatedBy { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApprovalDocument>
    {
        public void Configure(EntityTypeBuilder<ApprovalDocument> builder)
        {
            builder.ToTable("approval_documents");
            builder.Property(d => d.FileName).HasMaxLength(Customer.NameLength);
            builder.Property(d => d.ContentType).HasMaxLength(100);
            builder.Property(d => d.Sha256).HasMaxLength(64);
            builder.HasIndex(d => new { d.ApprovalId, d.Id });
            builder.HasIndex(d => d.Sha256);
            builder.HasOne<Approval>().WithMany().HasForeignKey(d => d.ApprovalId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>A document as it is told.</summary>
/// <param name="Id">Key.</param>
/// <param name="FileName">What it is called.</param>
/// <param name="ContentType">Its kind.</param>
/// <param name="SizeBytes">Bytes.</param>
/// <param name="Sha256">SHA-256 of the bytes.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="By">Who brought it.</param>
/// <param name="CanRemove">Whether the one who is told may take it away.</param>
public sealed record DocumentShown(long Id, string FileName, string ContentType, long SizeBytes, string Sha256, DateTime CreatedAt, string? By, bool CanRemove);

/// <summary>Documents of approvals beside the attachments of customers: their bytes are not swept and count for the customer's unit.</summary>
internal sealed class ApprovalFiles : IKeepsFiles
{
    public Task<List<string>> Kept(CrmDb db, IReadOnlyList<string> shas, CancellationToken ct) => db.Set<ApprovalDocument>().Where(d => EF.Parameter(shas).Contains(d.Sha256)).Select(d => d.Sha256).ToListAsync(ct);

    public Task<long> Used(CrmDb db, long unitId, CancellationToken ct) =>
        (from d in db.Set<ApprovalDocument>() join a in db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]) on d.ApprovalId equals a.Id join c in db.Set<ScopeCustomer>() on a.CustomerId equals c.Id where c.UnitId == unitId select d.SizeBytes).SumAsync(ct);
}
