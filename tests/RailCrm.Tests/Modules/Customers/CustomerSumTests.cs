using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

public sealed class CustomerSumTests
{
    private static readonly CustomerList List = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Every path on which customers change, of which some pass by no use case: one by one, many in one statement, into the bin and out, for good.</summary>
    private static async Task Change(CrmDb db, Random random, List<long> units)
    {
        for (var n = 0; n < 15; n++)
        {
            var customer = new Customer { CreatedAt = db.UtcNow, Number = $"KH-{random.Next():0000000000}" };
            CustomerRules.Apply(
                new() { Name = $"客户{random.Next()}", IndustryCode = random.GetItems(new[] { null, "06", "31" }, 1)[0], RegionCode = random.GetItems(new[] { null, "320000", "320505" }, 1)[0], SizeClass = random.GetItems(new SizeClass?[] { null, SizeClass.Large, SizeClass.Micro }, 1)[0] },
                customer, random.GetItems([.. units], 1)[0], db.UtcNow);
            (customer.Tier, customer.Active, customer.Trailing12RevenueFen) = ((CustomerTier)random.Next(5), random.Next(4) > 0, random.Next(100) * 100);
            db.Add(customer);
        }

        await db.SaveChangesAsync(Ct);
        var all = db.Set<Customer>().IgnoreQueryFilters();
        var ids = await all.Select(c => c.Id).ToListAsync(Ct);
        List<long> Some() => [.. random.GetItems([.. ids], 6).Distinct()];
        var (moved, binned, back, gone, tiered) = (Some(), Some(), Some(), Some(), (CustomerTier)random.Next(5));
        await all.Where(c => moved.Contains(c.Id)).ExecuteUpdateAsync(s => s.SetProperty(c => c.UnitId, units[0]).SetProperty(c => c.Trailing12WeightKg, c => c.Trailing12WeightKg + 7), Ct);
        await all.Where(c => c.Id % 3 == 0).ExecuteUpdateAsync(s => s.SetProperty(c => c.Tier, tiered).SetProperty(c => c.Trailing12GrossProfitFen, c => c.Id), Ct);
        await all.Where(c => binned.Contains(c.Id)).ExecuteUpdateAsync(s => s.SetProperty(c => c.DeletedAt, db.UtcNow), Ct);
        await all.Where(c => back.Contains(c.Id)).ExecuteUpdateAsync(s => s.SetProperty(c => c.DeletedAt, (DateTime?)null).SetProperty(c => c.IndustryCode, (string?)null), Ct);
        await all.Where(c => gone.Contains(c.Id)).ExecuteDeleteAsync(Ct);
        foreach (var customer in await all.Where(c => c.Id % 5 == 0).ToListAsync(Ct))
        {
            (customer.Active, customer.RegionCode, customer.OwnershipType) = (!customer.Active, "330100", OwnershipType.Private);
        }

        await db.SaveChangesAsync(Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_of_the_whole_group_are_those_of_its_customers_whatever_changed_and_whenever_it_is_folded(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (group, random) = (await app.ActorOf("group"), new Random(3));
        for (var round = 0; round < 5; round++)
        {
            await app.In(Actor.System("test"), async db =>
            {
                await Change(db, random, await db.Set<OrgUnit>().OrderBy(u => u.Id).Select(u => u.Id).ToListAsync(Ct));
                if (round is 1 or 3)
                {
                    Assert.True(await FoldCustomerSums.Fold(db, 1, Ct));
                    Assert.False(await db.Set<CustomerSum>().AnyAsync(s => s.Level == 0, Ct));
                }

                return 0;
            });
            await app.In(group, async db =>
            {
                var seen = await db.Set<Customer>().AsNoTracking().ToListAsync(Ct);
                foreach (var (asked, keeps) in new (string, Func<Customer, bool>)[] { ("", _ => true), ("tier=large,small", c => c.Tier is CustomerTier.Large or CustomerTier.Small), ("active=true", c => c.Active), ("tier=atRisk|active=false", c => c.Tier == CustomerTier.AtRisk || !c.Active) })
                {
                    Assert.True(View.TryRead(List, [new("filter", asked)], out var view));
                    foreach (var by in List.Fields.Where(f => f.IsGrouped))
                    {
                        Assert.True((await List.Groups(db, view, by, Ct)).TryGet(out var groups, out _));
                        var read = by.Key switch
                        {
                            "tier" => c => c.Tier, "unit" => c => c.UnitId, "kind" => c => c.Kind, "ownership" => c => c.OwnershipType, "sizeClass" => c => c.SizeClass,
                            "industry" => c => c.IndustryCode, "region" => c => c.RegionCode, "active" => (Func<Customer, object?>)(c => c.Active), _ => throw new InvalidOperationException(by.Key),
                        };
                        var expected = seen.Where(keeps).GroupBy(c => read(c)).Select(g => (g.Key, (long)g.Count(), g.Sum(c => c.Trailing12RevenueFen), g.Sum(c => c.Trailing12GrossProfitFen), g.Sum(c => c.Trailing12WeightKg)));
                        Assert.Equal(expected.OrderBy(g => $"{g.Key}"), groups.Select(g => (g.Value, g.Count, g.Sums[0], g.Sums[1], g.Sums[2])).OrderBy(g => $"{g.Value}"));
                    }
                }

                return 0;
            });
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_lost_is_noticed_and_made_anew_and_what_adds_up_to_nothing_is_forgotten(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await app.In(Actor.System("test"), async db =>
        {
            var before = await db.Set<CustomerSum>().CountAsync(Ct);
            Assert.False(await FoldCustomerSums.Fold(db, 2_000, Ct));
            await Change(db, new Random(5), await db.Set<OrgUnit>().Select(u => u.Id).ToListAsync(Ct));
            Assert.True(await db.Set<CustomerSum>().CountAsync(Ct) > before);

            Assert.Equal(0, await CheckCustomerSums.Differences(db, Ct));
            await db.Set<CustomerSum>().OrderBy(s => s.Id).Take(1).ExecuteDeleteAsync(Ct);
            Assert.NotEqual(0, await CheckCustomerSums.Differences(db, Ct));
            await CheckCustomerSums.Rebuild(db, Ct);
            Assert.Equal(0, await CheckCustomerSums.Differences(db, Ct));
            Assert.True(await FoldCustomerSums.Fold(db, 1, Ct));
            Assert.Equal(0, await CheckCustomerSums.Differences(db, Ct));

            await db.Set<Customer>().IgnoreQueryFilters().ExecuteDeleteAsync(Ct);
            Assert.True(await FoldCustomerSums.Fold(db, 1, Ct));

            Assert.Equal(0, await db.Set<CustomerSum>().CountAsync(Ct));
            return 0;
        });
    }
}
