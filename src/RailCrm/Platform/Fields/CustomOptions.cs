using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Fields;

/// <summary>Makes and drops what keeps <see cref="CustomOption"/> right: triggers on the rows' table, so that every way in which a row is written (form, import, merge, revert, removal) is followed in its own transaction, as an index is.</summary>
internal static class CustomOptions
{
    /// <summary>Rows that are held at once while they are read, on PostgreSQL.</summary>
    private const long Batch = 20_000;

    /// <summary>Does what the field asks for, from the beginning. On SQLite in the transaction that is open; on PostgreSQL step by step, while all go on working.</summary>
    public static async Task Keep(CrmDb db, CustomField field, string table, bool wanted, CancellationToken ct)
    {
        foreach (var sql in db.IsPostgres ? Postgres(field, table, wanted) : Sqlite(field, table, wanted))
        {
            await db.Database.ExecuteSqlRawAsync(sql, ct);
        }

        if (wanted && db.IsPostgres)
        {
            await Fill(db, field, table, ct);
        }
    }

    /// <summary>The trigger stands already and follows what is written from now on; a row is held while its options are read, so that none is read as it was before.</summary>
    private static async Task Fill(CrmDb db, CustomField field, string table, CancellationToken ct)
    {
        var greatest = $"SELECT coalesce(max(id), 0) AS \"Value\" FROM {table}";
        var last = await db.Database.SqlQueryRaw<long>(greatest).SingleAsync(ct);
        var sql = $"""
            WITH held AS MATERIALIZED (SELECT id, custom FROM {table} WHERE id > @p0 AND id <= @p1 AND custom IS NOT NULL ORDER BY id FOR SHARE)
            INSERT INTO custom_options (field_id, option, row_id) SELECT {Number(field)}, o, held.id FROM held, unnest({PostgresOptions("held", field)}) AS o ON CONFLICT DO NOTHING
            """;
        for (var from = 0L; from < last; from += Batch)
        {
            await db.Database.ExecuteSqlRawAsync(sql, [new Npgsql.NpgsqlParameter("p0", from), new Npgsql.NpgsqlParameter("p1", from + Batch)], ct);
        }
    }

    private static IEnumerable<string> Postgres(CustomField field, string table, bool wanted)
    {
        var name = $"custom_options_{Number(field)}";
        yield return $"DROP TRIGGER IF EXISTS {name} ON {table}";
        yield return $"DROP FUNCTION IF EXISTS {name}()";
        yield return $"DELETE FROM custom_options WHERE field_id = {Number(field)}";
        if (!wanted)
        {
            yield break;
        }

        yield return $"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP <> 'INSERT' AND OLD.custom IS NOT NULL THEN
                DELETE FROM custom_options WHERE field_id = {Number(field)} AND row_id = OLD.id AND option = ANY({PostgresOptions("OLD", field)});
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.custom IS NOT NULL THEN
                INSERT INTO custom_options (field_id, option, row_id) SELECT {Number(field)}, o, NEW.id FROM unnest({PostgresOptions("NEW", field)}) AS o ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
            END $$
            """;
        yield return $"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF custom ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"; // Waits for whoever is writing, so that later ones all fire it.
    }

    private static IEnumerable<string> Sqlite(CustomField field, string table, bool wanted)
    {
        var name = $"custom_options_{Number(field)}";
        var (forget, add) = (
            $"DELETE FROM custom_options WHERE field_id = {Number(field)} AND row_id = OLD.id AND option IN (SELECT value FROM json_each({SqliteOptions("OLD", field)}));",
            $"INSERT OR IGNORE INTO custom_options (field_id, option, row_id) SELECT {Number(field)}, value, NEW.id FROM json_each({SqliteOptions("NEW", field)});");
        foreach (var (suffix, when, body) in new[] { ("i", "INSERT", add), ("u", "UPDATE OF custom", forget + add), ("d", "DELETE", forget) })
        {
            yield return $"DROP TRIGGER IF EXISTS {name}_{suffix}";
            if (wanted)
            {
                yield return $"CREATE TRIGGER {name}_{suffix} AFTER {when} ON {table} BEGIN {body} END";
            }
        }

        yield return $"DELETE FROM custom_options WHERE field_id = {Number(field)}";
        if (wanted)
        {
            yield return $"INSERT INTO custom_options (field_id, option, row_id) SELECT {Number(field)}, o.value, r.id FROM {table} r, json_each({SqliteOptions("r", field)}) o WHERE r.custom IS NOT NULL";
        }
    }

    private static string PostgresOptions(string row, CustomField field) => $"string_to_array(trim(both ',' from jsonb_extract_path_text({row}.custom::jsonb, '{field.Key}')), ',')";

    /// <summary>,电话,网站, as ["电话","网站"]; nothing where the field is empty. No option has a comma.</summary>
    private static string SqliteOptions(string row, CustomField field)
    {
        var value = $"json_extract({row}.custom, '$.{field.Key}')";
        return $"CASE WHEN {value} IS NOT NULL THEN '[' || replace(json_quote(trim({value}, ',')), ',', '\",\"') || ']' END";
    }

    private static string Number(CustomField field) => field.Id.ToString(CultureInfo.InvariantCulture);
}
