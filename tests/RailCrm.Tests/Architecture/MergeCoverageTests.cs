using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Architecture;

/// <summary>Whatever names a customer goes along when two become one, or says that it stays: a later module cannot forget.</summary>
public sealed class MergeCoverageTests
{
    /// <summary>Every column that names a customer: bound rows, foreign keys, and those called so.</summary>
    private static IEnumerable<(Type Entity, string Property)> Naming(IModel model) =>
        from type in model.GetEntityTypes()
        where type.FindPrimaryKey() is not null // The scope's own views have none.
        from property in type.GetProperties()
        where property.Name.EndsWith(nameof(ICustomerBound.CustomerId), StringComparison.Ordinal) || property.GetContainingForeignKeys().Any(k => k.PrincipalEntityType.ClrType == typeof(Customer))
        select (type.ClrType, property.Name);

    private static List<string> Uncovered(IEnumerable<(Type Entity, string Property)> naming, IEnumerable<ICustomerChildren> children) =>
        [.. naming.Where(n => children.Count(c => c.Covers.Contains(n)) != 1).Select(n => $"{n.Entity.Name}.{n.Property}: {children.Count(c => c.Covers.Contains(n))}")];

    [Fact]
    public async Task Every_column_that_names_a_customer_is_dealt_with_by_one_contribution()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        await app.In(MergeActor, db =>
        {
            using var scope = app.Services.CreateScope();
            var children = scope.ServiceProvider.GetServices<ICustomerChildren>().ToList();
            var naming = Naming(db.Model).ToList();
            Assert.Contains((typeof(Customer), nameof(Customer.ParentId)), naming);
            Assert.Contains(naming, n => n.Property == "SurvivorId");
            Assert.True(naming.Count >= 18);

            Assert.Empty(Uncovered(naming, children));
            Assert.Empty(db.Model.GetEntityTypes().Where(t => t.ClrType.IsAssignableTo(typeof(ICustomerBound))).Select(t => t.ClrType).Except(naming.Select(n => n.Entity)));
            Assert.Contains("Contact.CustomerId: 0", Uncovered(naming, children.Where(c => c.Kind != "contacts"))); // What one forgot would be told.
            Assert.Equal(children.Count, children.Select(c => c.Kind).Distinct().Count());
            return Task.FromResult(0);
        });
    }

    private static readonly RailCrm.Platform.Access.Actor MergeActor = RailCrm.Platform.Access.Actor.System("test");
}
