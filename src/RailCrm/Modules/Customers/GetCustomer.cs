using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>One customer with all that is known of it, and its way into the bin and out again.</summary>
internal sealed class GetCustomer(CrmDb db, CustomFields fields)
{
    /// <summary>A customer as the API tells it; money in fen. What may be said is told as it is said, so that it can be sent back changed.</summary>
    public sealed record Answer(
        long Id, string Number, string Name, string? ShortName, string? CreditCode, string? CreditCodeReason, CustomerTier Tier, long UnitId, CustomerKind Kind, bool Active, int Completeness, long? ParentId,
        string? LegalRepresentative, string? BusinessDirection, string? ProductionScale, decimal? MarketSharePercent, int? EmployeeCount, OwnershipType? OwnershipType, SizeClass? SizeClass,
        string? IndustryCode, string? RegionCode, string? TransportModes, string? TransportCycle, string? CompanyProfile, string? LocalCulture, string? LocalCustoms,
        string? RegisteredAddress, string? BusinessAddress, string? Website, string? Phone, string? Tags,
        IReadOnlyList<ShareholderRow> Shareholders, IReadOnlyList<ProductRow> Products, IReadOnlyList<StationRow> MainStations, IReadOnlyList<SidingRow> Sidings,
        long Trailing12RevenueFen, long Trailing12GrossProfitFen, long Trailing12WeightKg, DateTime CreatedAt, DateTime UpdatedAt, int Version, IReadOnlyDictionary<string, string?>? Custom)
    {
        /// <summary>As it is told.</summary>
        /// <param name="c">The customer with its lists.</param>
        /// <param name="parentId">Its parent, where the actor sees it.</param>
        /// <param name="custom">The group's own fields that the actor sees.</param>
        public static Answer Of(Customer c, long? parentId, IReadOnlyDictionary<string, string?>? custom)
        {
            var said = CustomerRules.Of(c, withLists: true);
            return new(
                c.Id, c.Number, c.Name, c.ShortName, c.CreditCode, c.CreditCodeReason, c.Tier, c.UnitId, c.Kind, c.Active, c.Completeness, parentId,
                c.LegalRepresentative, c.BusinessDirection, c.ProductionScale, said.MarketSharePercent, c.EmployeeCount, c.OwnershipType, c.SizeClass,
                c.IndustryCode, c.RegionCode, c.TransportModes, c.TransportCycle, c.CompanyProfile, c.LocalCulture, c.LocalCustoms,
                c.RegisteredAddress, c.BusinessAddress, c.Website, c.Phone, said.Tags, said.Shareholders!, said.Products!, said.MainStations!, said.Sidings!,
                c.Trailing12RevenueFen, c.Trailing12GrossProfitFen, c.Trailing12WeightKg, c.CreatedAt, c.UpdatedAt, c.Version, custom);
        }
    }

    /// <summary>A customer as the actor is told of it.</summary>
    public Answer Answered(Customer customer, long? parentId) => db.Actor.Fields.Cover("customers", Answer.Of(customer, parentId, fields.Said("customers", customer.Custom, db.Actor)));

    /// <summary>The customer with its lists, without what is kept from the actor.</summary>
    public async Task<Result<Customer>> Run(long id, CancellationToken ct) => await Stored(id, ct) is { } customer ? db.Actor.Fields.Cover("customers", customer) : new Refusal.NotFound();

    /// <summary>The customer with its lists as it is stored: for what is saved or compared, never for what is shown. Null where the actor does not see it.</summary>
    internal Task<Customer?> Stored(long id, CancellationToken ct) =>
        db.Set<Customer>().AsNoTracking().AsSplitQuery().Include(c => c.Shareholders).Include(c => c.Products).Include(c => c.MainStations)
            .Include(c => c.Sidings).ThenInclude(s => s.Siding).SingleOrDefaultAsync(c => c.Id == id, ct);

    /// <summary>As the API tells it.</summary>
    public async Task<Result<Answer>> Tell(long id, CancellationToken ct)
    {
        if (!(await Run(id, ct)).TryGet(out var customer, out var refusal))
        {
            return refusal;
        }

        return Answered(customer, customer.ParentId is { } parent && await db.Set<Customer>().AnyAsync(c => c.Id == parent, ct) ? parent : null);
    }

    /// <summary>The customer while it lies in the bin, for those who may look there; null where it does not.</summary>
    public async Task<Customer?> Binned(long id, CancellationToken ct) =>
        db.Actor.May(Permission.CustomersDelete) ? await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.DeletedAt != null, ct) is { } customer ? db.Actor.Fields.Cover("customers", customer) : null : null;

    /// <summary>Into the bin, or out of it; refused where it no longer has <paramref name="version"/>.</summary>
    public async Task<Result<Customer>> Bin(long id, bool into, int? version, CancellationToken ct) => await db.Write<Result<Customer>>(async () =>
    {
        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(c => c.Id == id && (c.DeletedAt == null) == into, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        if (version is not null && customer.Version != version)
        {
            return new Refusal.Stale();
        }

        if ((await Ownership.Of(db, [customer], ct)).Prevents(id, moves: true) is { } shared)
        {
            return shared;
        }

        if (customer.MergedIntoId is not null)
        {
            return new Refusal.Conflict("merge.not_from_bin"); // Its people and waybills are elsewhere: only taking the merge back brings it whole.
        }

        (customer.DeletedAt, customer.DeletedBy) = into ? (db.UtcNow, db.Actor.UserId) : ((DateTime?)null, (long?)null);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            db.Entry(customer).State = EntityState.Detached; // An edit beside was first; no later save of the same work tries this again.
            return new Refusal.Stale();
        }

        return customer;
    }, ct);

    public static async Task<IResult> Get(long id, GetCustomer useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Tell(id, ct)).Answer(a =>
        {
            Versions.Tell(http, a.Version);
            return TypedResults.Ok(a);
        });

    public static async Task<IResult> Delete(long id, GetCustomer useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Bin(id, into: true, Versions.Asked(http), ct)).Answer(_ => TypedResults.NoContent());

    public static async Task<IResult> PostRestore(long id, GetCustomer useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Bin(id, into: false, Versions.Asked(http), ct)).TryGet(out _, out var refusal) ? await Get(id, useCase, http, ct) : Answers.Problem(refusal);
}
