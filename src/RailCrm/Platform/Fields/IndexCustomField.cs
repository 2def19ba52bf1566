using System.Data;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Platform.Fields;

/// <summary>Makes or drops the index of a custom field: an index on the expression that reads it out of the row's JSON, so that no write has more to do than the engine does; for several choices also what keeps their options.</summary>
/// <remarks>
/// On PostgreSQL each step is a statement by itself, and any node may do it: a lock of the session keeps two from doing it at once, and whoever has it looks at the end
/// whether the field still asks for what was done. Filters read nothing of it before <see cref="CustomField.Ready"/> is set, which is taken away before anything is dropped.
/// </remarks>
internal static class IndexCustomField
{
    public const string Kind = "customFieldIndex";

    /// <summary>Seconds in which whoever has the lock and is at its end gives it back.</summary>
    private const int Tries = 5;

    /// <summary>What came out.</summary>
    /// <param name="Twice">A value, as it is stored, that two rows have although the field is unique: one that was written while not every node knew that it is.</param>
    internal sealed record Outcome(string? Twice = null);

    /// <summary>What to hold while it is read or said what a field asks for and whether that is done.</summary>
    public static string Hold(long fieldId) => $"field.{fieldId}";

    /// <summary>Does what the field asks for; a second time there is nothing left to do.</summary>
    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, id) = (services.GetRequiredService<CrmDb>(), JsonSerializer.Deserialize<long>(lease.Job.Input));
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        if (!db.IsPostgres)
        {
            return JsonSerializer.Serialize(await Work(services, lease, id, ct));
        }

        await db.Database.OpenConnectionAsync(ct); // The lock is this session's.
        try
        {
            return JsonSerializer.Serialize(await Lock(db, id, ct) ? await LongStep.Run(services, lease, stop => Work(services, lease, id, stop), ct) : new()); // Another node is at it.
        }
        finally
        {
            if (db.Database.GetDbConnection().State == ConnectionState.Open)
            {
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock_all()", CancellationToken.None);
            }

            await db.Database.CloseConnectionAsync();
        }
    }

    private static async Task<bool> Lock(CrmDb db, long id, CancellationToken ct)
    {
        var name = $"index.{id}";
        for (var tries = 1; ; tries++)
        {
            var locked = await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_lock(hashtextextended({name}, 0)) AS \"Value\"").SingleAsync(ct);
            if (locked || tries == Tries)
            {
                return locked;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), ct);
        }
    }

    private static async Task<Outcome> Work(IServiceProvider services, JobLease lease, long id, CancellationToken ct)
    {
        var (db, fields) = (services.GetRequiredService<CrmDb>(), services.GetRequiredService<CustomFields>());
        if (await Find(db, id, ct) is not { } field)
        {
            return new();
        }

        var wanted = field.WantsIndex;
        if (wanted && field.Ready)
        {
            await (await Stands(db, fields, field, ct) ? Task.CompletedTask : Widen(db, fields, field, ct));
        }
        else
        {
            await (field.Ready ? Unready(db, fields, field, ct) : Task.CompletedTask);
            await (db.IsPostgres ? Postgres(db, fields, field, ct) : Sqlite(db, fields, field, lease, ct));
        }

        await (db.IsPostgres ? Done(db, id, wanted, lease, ct) : Task.CompletedTask);
        fields.Renew();
        if (!field.Unique || !wanted)
        {
            return new();
        }

        await (db.IsPostgres && field.Version > 0 ? Task.Delay(CustomFields.Fresh, ct) : Task.CompletedTask); // Until every node knows that it is unique.
        return new(await SaveCustomField.Twice(db, fields.Table(db, field), field, ct) is { Length: > 0 } twice ? twice : null);
    }

    /// <summary>Takes filters off it, on every node, before what they read is gone.</summary>
    private static async Task Unready(CrmDb db, CustomFields fields, CustomField field, CancellationToken ct)
    {
        await db.Write(() => db.Set<CustomField>().Where(f => f.Id == field.Id).ExecuteUpdateAsync(u => u.SetProperty(f => f.Ready, false), ct), ct);
        fields.Renew();
        if (db.IsPostgres && field.Kind == CustomKind.Choices)
        {
            await Task.Delay(CustomFields.Fresh, ct);
        }
    }

    private static async Task Postgres(CrmDb db, CustomFields fields, CustomField field, CancellationToken ct)
    {
        var (table, wanted) = (fields.Table(db, field), field.WantsIndex);
        await Say(db, $"DROP INDEX CONCURRENTLY IF EXISTS ix_custom_{field.Id}", ct); // One that was begun and not ended is no index.
        await (wanted ? Say(db, $"CREATE INDEX CONCURRENTLY ix_custom_{field.Id} ON {table} {What(db, fields, field)}", ct) : Task.CompletedTask); // Nobody waits for it.
        await (wanted ? Say(db, $"ANALYZE {table}", ct) : Task.CompletedTask); // Until then every value counts as rare, and one that most rows have is gathered.
        await (field.Kind == CustomKind.Choices ? CustomOptions.Keep(db, field, table, wanted, ct) : Task.CompletedTask);
    }

    /// <summary>An index that carries more in the place of one that stands; filters go on by that until it is there.</summary>
    private static async Task Widen(CrmDb db, CustomFields fields, CustomField field, CancellationToken ct)
    {
        var (name, wide) = ($"ix_custom_{field.Id}", $"ix_custom_{field.Id}_wide");
        if (db.IsPostgres)
        {
            await Say(db, $"DROP INDEX CONCURRENTLY IF EXISTS {wide}", ct);
            await Say(db, $"CREATE INDEX CONCURRENTLY {wide} ON {fields.Table(db, field)} {What(db, fields, field)}", ct);
            await Say(db, $"DROP INDEX CONCURRENTLY IF EXISTS {name}", ct);
            await Say(db, $"ALTER INDEX {wide} RENAME TO {name}", ct);
            await Say(db, $"ANALYZE {fields.Table(db, field)}", ct);
            return;
        }

        await db.Write(async () =>
        {
            await Say(db, $"DROP INDEX IF EXISTS {name}", ct);
            return await Say(db, $"CREATE INDEX {name} ON {fields.Table(db, field)} {What(db, fields, field)}", ct);
        }, ct);
    }

    private static Task<int> Sqlite(CrmDb db, CustomFields fields, CustomField field, JobLease lease, CancellationToken ct) => db.Write(async () =>
    {
        var (table, wanted) = (fields.Table(db, field), field.WantsIndex);
        await Say(db, $"DROP INDEX IF EXISTS ix_custom_{field.Id}", ct);
        await (field.Kind == CustomKind.Choices ? CustomOptions.Keep(db, field, table, wanted, ct) : Task.CompletedTask);
        await (wanted ? Say(db, $"CREATE INDEX ix_custom_{field.Id} ON {table} {What(db, fields, field)}", ct) : Task.CompletedTask);
        return await Done(db, field.Id, wanted, lease, ct); // With it: another process that takes the job finds it done.
    }, ct);

    /// <remarks>Its names are ours; nothing of it was typed.</remarks>
    private static Task<int> Say(CrmDb db, string sql, CancellationToken ct) => db.Database.ExecuteSqlRawAsync(sql, ct);

    /// <remarks>Of several choices the empty rows alone: all options together may be longer than an index takes.</remarks>
    private static string What(CrmDb db, CustomFields fields, CustomField field) =>
        CustomValue.Sql(field, db.IsPostgres) is var value && field.Kind == CustomKind.Choices ? $"(id{fields.Carried(db, field)}) WHERE {value} = ''" : $"({(db.IsPostgres ? $"({value})" : value)}, id{fields.Carried(db, field)})";

    /// <summary>Whether its index carries what such an index carries by now.</summary>
    private static async Task<bool> Stands(CrmDb db, CustomFields fields, CustomField field, CancellationToken ct)
    {
        var name = $"ix_custom_{field.Id}";
        var said = await (db.IsPostgres ? db.Database.SqlQuery<string>($"SELECT indexdef AS \"Value\" FROM pg_indexes WHERE indexname = {name} AND schemaname = current_schema()") : db.Database.SqlQuery<string>($"SELECT sql AS \"Value\" FROM sqlite_master WHERE name = {name}")).SingleOrDefaultAsync(ct);
        return said?.Contains($"id{fields.Carried(db, field)})", StringComparison.Ordinal) == true;
    }

    /// <summary>Says that it is done; where the field asks for something else by now, that is the next job.</summary>
    private static Task<int> Done(CrmDb db, long id, bool wanted, JobLease lease, CancellationToken ct) => db.Write(async () =>
    {
        await db.Alone(Hold(id), ct);
        await db.Set<CustomField>().Where(f => f.Id == id).ExecuteUpdateAsync(u => u.SetProperty(f => f.Ready, wanted), ct);
        if (await Find(db, id, ct) is { } now && now.WantsIndex != wanted)
        {
            db.Add(Queued(db, id, lease.Job.UserId));
        }

        return await db.SaveChangesAsync(ct);
    }, ct);

    /// <summary>The job of a field.</summary>
    public static Job Queued(CrmDb db, long fieldId, long userId) => new() { Kind = Kind, Input = JsonSerializer.Serialize(fieldId), UserId = userId, CreatedAt = db.UtcNow };

    private static Task<CustomField?> Find(CrmDb db, long id, CancellationToken ct) => db.Set<CustomField>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct);
}
