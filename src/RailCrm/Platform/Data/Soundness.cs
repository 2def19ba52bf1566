using Microsoft.EntityFrameworkCore;

namespace RailCrm.Platform.Data;

/// <summary>Whether the database keeps what it acknowledges, and whether its tables are ours. Looked at before anything is served.</summary>
internal static class Soundness
{
    /// <summary>What switches off the promise "acknowledged means stored", as a sentence with its remedy; null where nothing does.</summary>
    public static async Task<string?> Durability(CrmDb db, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
            {
                var value = await db.Database.SqlQuery<string>($"SELECT current_setting({setting}) AS \"Value\"").SingleAsync(ct);
                if (value == "off")
                {
                    return $"PostgreSQL runs with {setting} = off and could lose what it acknowledged. Set {setting} = on in postgresql.conf and reload.";
                }
            }

            return null;
        }

        var journal = await db.Database.SqlQuery<string>($"SELECT journal_mode AS \"Value\" FROM pragma_journal_mode").SingleAsync(ct);
        var synchronous = await db.Database.SqlQuery<long>($"SELECT synchronous AS \"Value\" FROM pragma_synchronous").SingleAsync(ct);
        return journal != "wal" ? $"SQLite's journal is '{journal}', not a write-ahead log: the folder of the database must be on a local disk that allows shared memory."
            : synchronous < 2 ? "SQLite does not wait for the disk (synchronous < FULL)."
            : null;
    }

    /// <summary>What is broken inside a SQLite file, as its own check says; null where nothing is. PostgreSQL checks its pages as it reads them.</summary>
    public static async Task<string?> Damage(CrmDb db, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            return null;
        }

        var says = await db.Database.SqlQuery<string>($"SELECT quick_check AS \"Value\" FROM pragma_quick_check LIMIT 3").ToListAsync(ct);
        return says is ["ok"] ? null : string.Join(' ', says);
    }

    /// <summary>Migrations in the database that this program does not know: it is older than the database.</summary>
    public static async Task<IReadOnlyList<string>> FromTheFuture(CrmDb db, CancellationToken ct) =>
        [.. (await db.Database.GetAppliedMigrationsAsync(ct)).Except(db.Database.GetMigrations())];

    /// <summary>Tables up to date. A lock that a killed migration left on SQLite is taken away after ten minutes; PostgreSQL's goes with its connection.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than this program.</exception>
    public static async Task Migrate(CrmDb db, CancellationToken ct)
    {
        if (await FromTheFuture(db, ct) is [var newer, ..])
        {
            throw new InvalidOperationException($"The database was made by a newer RailCRM (it has the change {newer}). Run that version, or name another database with RAILCRM_DATABASE.");
        }

        if (!(await db.Database.GetPendingMigrationsAsync(ct)).Any())
        {
            return;
        }

        if (!db.IsPostgres && await db.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(ct) > 0)
        {
            await db.Database.ExecuteSqlAsync($"DELETE FROM \"__EFMigrationsLock\" WHERE julianday(\"Timestamp\") < julianday('now', '-10 minutes')", ct);
        }

        await db.Database.MigrateAsync(ct);
    }
}
