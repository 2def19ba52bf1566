using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Architecture;

/// <summary>Walks every entity that hangs on a customer, whatever modules bring: each person sees exactly the rows of the customers in the own scope.</summary>
public sealed class ScopeTests
{
    private static readonly Actor System = Actor.System("test");
    private static readonly string[] People = ["group", "north", "south", "n1", "n2", "s1"];
    private static long _counter = 1_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_row_of_a_customer_is_seen_by_whoever_sees_the_customer_and_by_nobody_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var owners = new Dictionary<long, string>(); // Customer → path of its unit.
        await app.In(System, async db =>
        {
            foreach (var unit in await db.Set<OrgUnit>().AsNoTracking().ToListAsync(Ct))
            {
                var customer = new Customer { Name = $"{unit.Name}的客户", NormalizedName = unit.Name, Number = $"KH-{++_counter}", UnitId = unit.Id, CreatedAt = db.UtcNow, UpdatedAt = db.UtcNow };
                db.Add(customer);
                await db.SaveChangesAsync(Ct);
                owners[customer.Id] = unit.Path;
                foreach (var type in Bound(db.Model))
                {
                    db.Add(await Make(db, type, customer.Id));
                }
            }

            return await db.SaveChangesAsync(Ct);
        });
        var actors = new Dictionary<string, Actor>();
        foreach (var name in People)
        {
            actors[name] = await app.ActorOf(name);
        }

        // n1 is granted what the southern subsidiary owns, for ever; s1 what the northern outlet owned until yesterday.
        var (south, n1) = (owners.Single(o => o.Value == actors["south"].UnitPath).Key, owners.Single(o => o.Value == actors["n1"].UnitPath).Key);
        await app.In(System, db =>
        {
            db.Add(new CustomerGrant { CustomerId = south, UserId = actors["n1"].UserId });
            db.Add(new CustomerGrant { CustomerId = n1, UnitId = actors["s1"].UnitId, Until = db.UtcNow.AddDays(-1) });
            return db.SaveChangesAsync(Ct);
        });

        foreach (var (name, actor) in actors)
        {
            var expected = owners.Where(o => o.Value.StartsWith(actor.UnitPath, StringComparison.Ordinal) || (name == "n1" && o.Key == south)).Select(o => o.Key).Order().ToList();
            await app.In(actor, async db =>
            {
                Assert.Equal(expected, await db.Set<Customer>().Select(c => c.Id).OrderBy(id => id).ToListAsync(Ct));
                var types = Bound(db.Model);
                Assert.True(types.Count >= 8);
                foreach (var type in types)
                {
                    var seen = await (Task<List<long>>)typeof(ScopeTests).GetMethod(nameof(Seen), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.ClrType).Invoke(null, [db])!;
                    Assert.True(expected.SequenceEqual(seen), $"{name} sees {type.ClrType.Name} of customers {string.Join(',', seen)} instead of {string.Join(',', expected)}.");
                }

                return 0;
            });
        }

        await app.In(Actor.Nobody, async db =>
        {
            Assert.False(await db.Set<Customer>().AnyAsync(Ct));
            return 0;
        });
    }

    private static List<IEntityType> Bound(IModel model) => [.. model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(ICustomerBound)))];

    private static Task<List<long>> Seen<T>(CrmDb db) where T : class, ICustomerBound =>
        db.Set<T>().Select(r => r.CustomerId).Distinct().OrderBy(id => id).ToListAsync(Ct);

    /// <summary>A row of any kind with something in every field that must have something.</summary>
    private static async Task<object> Make(CrmDb db, IEntityType type, long? customerId)
    {
        var row = Activator.CreateInstance(type.ClrType, nonPublic: true)!;
        foreach (var property in type.GetProperties().Where(p => p.PropertyInfo?.SetMethod is not null))
        {
            var principal = property.GetContainingForeignKeys().FirstOrDefault()?.PrincipalEntityType;
            object? value = property.Name == nameof(ICustomerBound.CustomerId) ? customerId
                : principal is not null && !property.IsNullable ? await Principal(db, principal, customerId)
                : property.IsPrimaryKey() && property.ValueGenerated != ValueGenerated.Never && property.Name == "Id" ? null
                : property.ClrType == typeof(string) && !property.IsNullable ? Last($"{++_counter}", property.GetMaxLength() ?? 20)
                : property.ClrType == typeof(long) ? ++_counter
                : property.ClrType == typeof(Month) ? Month.Parse("2026-01")
                : property.ClrType == typeof(DateOnly) ? new DateOnly(2026, 1, 1)
                : property.ClrType == typeof(DateTime) ? db.UtcNow
                : null;
            if (value is not null)
            {
                property.PropertyInfo!.SetValue(row, value);
            }
        }

        return row;
    }

    private static string Last(string text, int length) => text[^Math.Min(text.Length, length)..];

    private static async Task<long> Principal(CrmDb db, IEntityType type, long? customerId)
    {
        var row = await Make(db, type, customerId);
        db.Add(row);
        await db.SaveChangesAsync(Ct);
        return (long)type.FindPrimaryKey()!.Properties[0].PropertyInfo!.GetValue(row)!;
    }
}
