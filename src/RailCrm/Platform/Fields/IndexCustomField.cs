using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Fields;

/// <summary>Makes or drops the index of a custom field: an index on the expression that reads it out of the row's JSON, so that no write has more to do than the engine does; for several choices also what keeps their options.</summary>
internal static class IndexCustomField
{
    public const string Kind = "customFieldIndex";

    /// <summary>Does what the field asks for; a second time there is nothing left to do.</summary>
    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, fields) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<CustomFields>());
        var id = JsonSerializer.Deserialize<long>(lease.Job.Input);
        var field = await db.Set<CustomField>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct);
        if (field is null)
        {
            return "{}";
        }

        var (wanted, name, table, value) = (field.Active && (field.Indexed || field.Unique), $"ix_custom_{field.Id}", fields.Table(db, field), CustomValue.Sql(field, db.IsPostgres));
        var several = field.Kind == CustomKind.Choices;
        var what = several ? $"(id) WHERE {value} = ''" : db.IsPostgres ? $"(({value}), id)" : $"({value}, id)"; // Of several choices the empty rows alone: all options together may be longer than an index takes.
        var (drop, create) = db.IsPostgres
            ? ($"DROP INDEX CONCURRENTLY IF EXISTS {name}", $"CREATE INDEX CONCURRENTLY {name} ON {table} {what}") // Nobody waits for it.
            : ($"DROP INDEX IF EXISTS {name}", $"CREATE INDEX {name} ON {table} {what}");
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlRawAsync(drop, ct); // One that was begun and not ended is no index.
            await (wanted ? db.Database.ExecuteSqlRawAsync(create, ct) : Task.CompletedTask);
            await (several ? CustomOptions.Keep(db, field, table, wanted, ct) : Task.CompletedTask);
        }
        else
        {
            await db.Write(async () =>
            {
                await db.Database.ExecuteSqlRawAsync(drop, ct);
                await (several ? CustomOptions.Keep(db, field, table, wanted, ct) : Task.CompletedTask);
                return wanted ? await db.Database.ExecuteSqlRawAsync(create, ct) : 0;
            }, ct);
        }

        await db.Write(() => db.Set<CustomField>().Where(f => f.Id == id).ExecuteUpdateAsync(u => u.SetProperty(f => f.Ready, wanted), ct), ct);
        fields.Renew();
        return "{}";
    }
}
