using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;

namespace RailCrm.Modules.Sharing;

/// <summary>What the list of customers asks about sharing: those shared with the reader or the reader's unit, and those shared with anybody.</summary>
internal sealed class SharesPart : CustomerListPart
{
    internal override IReadOnlyList<F> Fields { get; } =
    [
        F.Only("shared", "share.title", FieldKind.Choice, ["="], Shared).Coded(Said, () => [("withMe", Said("withMe")!), ("out", Said("out")!)]),
    ];

    internal override IReadOnlyList<SystemView> Views { get; } = [new("shared", "share.with_me", "shared=withMe&columns=name,tier,unit,manager,phone,revenue")];

    private static string? Said(string code) => Platform.Text.Texts.Get(code == "withMe" ? "share.with_me" : "share.out");

    private static Task<Result<Condition<Customer>>> Shared(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var (me, unit, now, open) = (db.Actor.UserId, db.Scope.UnitId, db.UtcNow, ShareBook.Open(db));
        var parts = new List<Condition<Customer>>();
        foreach (var value in asked.Values)
        {
            switch (value)
            {
                case "withMe":
                    parts.Add(new(c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && (g.UserId == me || g.UnitId == unit) && g.Reason == CustomerGrant.Shared && (g.Until == null || g.Until > now)), open.Where(g => g.UserId == me || g.UnitId == unit).Select(g => g.CustomerId).Distinct()));
                    break;
                case "out":
                    parts.Add(new(c => db.Set<CustomerGrant>().Any(g => g.CustomerId == c.Id && g.Reason == CustomerGrant.Shared && (g.Until == null || g.Until > now)), open.Select(g => g.CustomerId).Distinct()));
                    break;
                default:
                    return Task.FromResult<Result<Condition<Customer>>>(new Refusal.InvalidMany([new(asked.Field, "share.filter_unknown")]));
            }
        }

        return Task.FromResult<Result<Condition<Customer>>>(Condition<Customer>.Any(parts));
    }
}
