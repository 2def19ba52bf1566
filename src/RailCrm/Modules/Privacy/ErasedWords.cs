using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Audit;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Privacy;

/// <summary>Takes a person's names and numbers out of the texts of every table: of those of its customers, and of those that are of no customer. A table that is added is swept too, unless it stands below.</summary>
internal sealed class ErasedWords(CrmDb db)
{
    /// <summary>What is not of people at customers, or is written by the erasure itself: customers' own numbers and owners are public facts of the company, employees and users our own people.</summary>
    private static readonly Type[] Spared =
    [
        typeof(AuditEntry), typeof(AuditSeal), typeof(AuditErasure), typeof(Contact), typeof(Customer), typeof(Shareholder), typeof(Employee), typeof(OrgUnit), typeof(User), typeof(Role), typeof(Session), typeof(ApiToken), typeof(SecondFactor), typeof(RecoveryCode),
        typeof(SecurityPolicy), typeof(Reference.Station), typeof(Platform.Personal.PersonalRule), typeof(Microsoft.AspNetCore.DataProtection.EntityFrameworkCore.DataProtectionKey),
    ];

    /// <summary>A text as it may stand in a row: as it is, in JSON of either kind, and in an address.</summary>
    private static IEnumerable<string> Written(string value) => new[] { value, JsonSerializer.Serialize(value)[1..^1], JsonSerializer.Serialize(value, AuditEntry.Plainly)[1..^1], Uri.EscapeDataString(value) }.Distinct();

    /// <summary>A text without them.</summary>
    public static string Without(string text, IReadOnlyList<string> values) => values.SelectMany(Written).OrderByDescending(v => v.Length).Aggregate(text, (t, v) => t.Replace(v, ErasePerson.Mark, StringComparison.Ordinal));

    /// <summary>The condition that one of them stands in a column, with its parameters; null where there is none.</summary>
    public (string Test, object[] Parameters)? Test(IReadOnlyList<string> values, string column)
    {
        var all = values.SelectMany(Written).OrderByDescending(v => v.Length).Distinct().ToArray<object>();
        return all.Length == 0 ? null : (string.Join(" OR ", all.Select((_, i) => db.IsPostgres ? $"strpos({column}, {{{i}}}) > 0" : $"instr({column}, {{{i}}}) > 0")), all);
    }

    /// <summary>Takes them out.</summary>
    public async Task Sweep(IReadOnlyList<string> values, IReadOnlyList<long> customers, IReadOnlyList<long> contacts, CancellationToken ct)
    {
        if (values.Count == 0)
        {
            return;
        }

#pragma warning disable EF1002, EF1003 // Names of tables and columns of ours, and numbers.
        foreach (var type in db.Model.GetEntityTypes().Where(t => !Spared.Contains(t.ClrType) && t.GetTableName() is not null && t.GetSqlQuery() is null))
        {
            var table = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
            var customer = type.FindProperty(nameof(ICustomerBound.CustomerId))?.GetColumnName(table);
            var among = customer is null ? "" : $"({customer} = 0 OR {customer} IS NULL OR {customer} IN ({string.Join(',', customers)})) AND ";
            foreach (var property in type.GetProperties().Where(p => p.ClrType == typeof(string) && !p.IsKey() && !p.IsForeignKey() && p.GetComputedColumnSql() is null))
            {
                var column = property.GetColumnName(table)!;
                var (test, parameters) = Test(values, column)!.Value;
                var without = Enumerable.Range(0, parameters.Length).Aggregate(column, (sql, i) => $"replace({sql}, {{{i}}}, '{ErasePerson.Mark}')");
                await db.Database.ExecuteSqlRawAsync($"UPDATE {table.Name} SET {column} = {without} WHERE {among}({test})", parameters, ct);
            }
        }

        // What an import changed of the person is not given back.
        await db.Database.ExecuteSqlRawAsync($"UPDATE import_rows SET changes = '{{{{}}}}' WHERE entity = 'contact' AND changes IS NOT NULL AND entity_id IN ({string.Join(',', contacts)})", [], ct);
#pragma warning restore EF1002, EF1003
    }
}
