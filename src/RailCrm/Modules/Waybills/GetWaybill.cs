using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>One waybill line within the actor's scope.</summary>
internal sealed class GetWaybill(CrmDb db, CustomFields fields)
{
    /// <param name="Line">The line.</param>
    /// <param name="CustomerNumber">Its customer's number.</param>
    /// <param name="UnitName">The unit that did the work.</param>
    /// <param name="State">Changes with every field: who changes the line shows which he saw.</param>
    /// <param name="Custom">Its own fields as they are stored.</param>
    /// <param name="CustomerInBin">Whether its customer lies in the bin.</param>
    public sealed record Answer(ListWaybills.Item Line, string CustomerNumber, string UnitName, string State, string? Custom, bool CustomerInBin);

    /// <summary>The line, or that there is none.</summary>
    public async Task<Result<Answer>> Run(long id, CancellationToken ct)
    {
        if (await db.Set<WaybillLine>().AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct) is not { } line)
        {
            return new Refusal.NotFound();
        }

        var customer = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == line.CustomerId).Select(c => new { c.Name, c.Number, InBin = c.DeletedAt != null }).SingleAsync(ct);
        var unit = await db.Set<OrgUnit>().Where(u => u.Id == line.UnitId).Select(u => u.Name).SingleAsync(ct);
        return new Answer(ListWaybills.Of(line, customer.Name, fields.Said("waybills", line.Custom, db.Actor)), customer.Number, unit, StateOf(line), line.Custom, customer.InBin);
    }

    /// <summary>A line carries no version, because millions are written that nobody ever changes by hand; its content says as well whether it is still the one seen.</summary>
    internal static string StateOf(WaybillLine line) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(line))[..8]);

    public static async Task<IResult> Get(long id, GetWaybill useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(id, ct)).Answer(a =>
        {
            http.Response.Headers.ETag = $"\"{a.State}\"";
            return TypedResults.Ok(a.Line);
        });
}
