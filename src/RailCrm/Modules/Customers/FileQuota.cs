using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>How much the attachments of a unit's customers may take together, where that is not what the settings say.</summary>
public sealed class FileQuota : IAudited
{
    /// <summary>The unit.</summary>
    public long Id { get; set; }

    /// <summary>Bytes.</summary>
    public long Bytes { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FileQuota>
    {
        public void Configure(EntityTypeBuilder<FileQuota> builder)
        {
            builder.ToTable("file_quotas");
            builder.Property(q => q.Id).ValueGeneratedNever();
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(q => q.Id);
        }
    }
}

/// <summary>A module that keeps files of a customer elsewhere than with its records: they are not swept, and count for its unit.</summary>
internal interface IKeepsFiles
{
    /// <summary>Those of these SHA-256 that a row names.</summary>
    Task<List<string>> Kept(CrmDb db, IReadOnlyList<string> shas, CancellationToken ct);

    /// <summary>Bytes for the customers of a unit.</summary>
    Task<long> Used(CrmDb db, long unitId, CancellationToken ct);
}

/// <summary>Reads and sets quotas, and says whether a file still fits.</summary>
internal sealed class FileQuotas(CrmDb db, IConfiguration configuration, IEnumerable<IKeepsFiles> elsewhere)
{
    /// <summary>A gigabyte.</summary>
    public const long Gigabyte = 1L << 30;

    /// <summary>Largest quota, GB.</summary>
    public const int MostGigabytes = 100_000;

    private const int UsualGigabytes = 10;

    /// <summary>Where the unit has no quota of its own: <c>RAILCRM_FILE_QUOTA_GB</c>.</summary>
    public long Usual => (int.TryParse(configuration["RAILCRM_FILE_QUOTA_GB"], NumberStyles.None, CultureInfo.InvariantCulture, out var said) && said <= MostGigabytes ? said : UsualGigabytes) * Gigabyte;

    /// <summary>The quota of a unit.</summary>
    public async Task<long> Of(long unitId, CancellationToken ct) => await db.Set<FileQuota>().Where(q => q.Id == unitId).Select(q => (long?)q.Bytes).SingleOrDefaultAsync(ct) ?? Usual;

    /// <summary>What the files of a unit's customers take, those in the bin and old versions too. Past the scope: the unit pays, whoever sees its customers.</summary>
    public async Task<long> Used(long unitId, CancellationToken ct)
    {
        var used = await (from a in db.Set<Attachment>().IgnoreQueryFilters() join c in db.Set<ScopeCustomer>() on a.CustomerId equals c.Id where c.UnitId == unitId select a.SizeBytes).SumAsync(ct)
            + await (from v in db.Set<AttachmentVersion>().IgnoreQueryFilters() join c in db.Set<ScopeCustomer>() on v.CustomerId equals c.Id where c.UnitId == unitId select v.SizeBytes).SumAsync(ct);
        foreach (var other in elsewhere)
        {
            used += await other.Used(db, unitId, ct);
        }

        return used;
    }

    /// <summary>Why a file does not fit with the unit of a customer; null where it does. In the transaction that keeps it: two at once do not pass each other.</summary>
    public async Task<Refusal?> Refuses(long customerId, long size, CancellationToken ct)
    {
        var unit = await db.Set<ScopeCustomer>().Where(c => c.Id == customerId).Select(c => c.UnitId).SingleAsync(ct);
        await db.Alone($"files:{unit}", ct);
        var (quota, used) = (await Of(unit, ct), await Used(unit, ct));
        return used + size <= quota ? null : new Refusal.InvalidMany([new("file", "files.quota", Platform.Ui.Kit.Figures.Bytes(quota), Platform.Ui.Kit.Figures.Bytes(used), Platform.Ui.Kit.Figures.Bytes(size))]);
    }

    /// <summary>Sets a unit's quota; null gives it the usual one again.</summary>
    public async Task<Result<OrgUnit>> Set(long unitId, int? gigabytes, CancellationToken ct)
    {
        if (gigabytes is < 0 or > MostGigabytes)
        {
            return new Refusal.InvalidMany([new("Gigabytes", "files.quota_wrong", MostGigabytes)]);
        }

        if (!db.Actor.May(Permission.System) || await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct) is not { } unit || !db.Scope.Covers(unit.Path))
        {
            return new Refusal.NotFound();
        }

        return await db.Write<Result<OrgUnit>>(async () =>
        {
            await db.Alone($"files:{unitId}", ct);
            var known = await db.Set<FileQuota>().SingleOrDefaultAsync(q => q.Id == unitId, ct);
            if (gigabytes is { } said)
            {
                known ??= db.Add(new FileQuota { Id = unitId }).Entity;
                known.Bytes = said * Gigabyte;
            }
            else if (known is not null)
            {
                db.Remove(known);
            }

            await db.SaveChangesAsync(ct);
            return unit;
        }, ct);
    }
}
