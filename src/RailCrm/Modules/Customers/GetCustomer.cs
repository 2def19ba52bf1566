using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Customers;

/// <summary>One customer, and its way into the bin and out again.</summary>
internal sealed class GetCustomer(CrmDb db)
{
    /// <summary>A customer as the API tells it; money in fen.</summary>
    public sealed record Answer(
        long Id, string Number, string Name, string? ShortName, string? CreditCode, CustomerTier Tier, long UnitId, CustomerKind Kind, int Completeness,
        string? LegalRepresentative, string? BusinessDirection, string? IndustryCode, string? RegionCode, string? RegisteredAddress, string? Website,
        string? Phone, string? Tags, long Trailing12RevenueFen, long Trailing12GrossProfitFen, long Trailing12WeightKg, DateTime UpdatedAt, int Version)
    {
        public static Answer Of(Customer c) => new(
            c.Id, c.Number, c.Name, c.ShortName, c.CreditCode, c.Tier, c.UnitId, c.Kind, c.Completeness, c.LegalRepresentative, c.BusinessDirection, c.IndustryCode,
            c.RegionCode, c.RegisteredAddress, c.Website, c.Phone, c.Tags?.Trim(','), c.Trailing12RevenueFen, c.Trailing12GrossProfitFen, c.Trailing12WeightKg, c.UpdatedAt, c.Version);
    }

    public async Task<Result<Customer>> Run(long id, CancellationToken ct) =>
        await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } customer ? customer : new Refusal.NotFound();

    /// <summary>Into the bin, or out of it.</summary>
    public async Task<Result<Customer>> Bin(long id, bool into, CancellationToken ct) => await db.Write<Result<Customer>>(async () =>
    {
        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(c => c.Id == id && (c.DeletedAt == null) == into, ct);
        if (customer is null)
        {
            return new Refusal.NotFound();
        }

        (customer.DeletedAt, customer.DeletedBy) = into ? (db.UtcNow, db.Actor.UserId) : ((DateTime?)null, (long?)null);
        await db.SaveChangesAsync(ct);
        return customer;
    }, ct);

    public static async Task<IResult> Get(long id, GetCustomer useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(c =>
        {
            http.Response.Headers.ETag = $"\"{c.Version}\"";
            return TypedResults.Ok(Answer.Of(c));
        });

    public static async Task<IResult> Delete(long id, GetCustomer useCase, CancellationToken ct) =>
        (await useCase.Bin(id, into: true, ct)).Answer(_ => TypedResults.NoContent());
}
