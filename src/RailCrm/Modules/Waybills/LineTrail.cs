using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Audit entries of lines that many were changed at once with: by a file, by another system, or by the revert of a file. A line that is new has none: whoever brings ten million pays nothing here.</summary>
/// <remarks>Past the change tracker, one statement a batch on PostgreSQL and one prepared on SQLite. Not on the customer's timeline, which a correction of a hundred thousand lines would bury.</remarks>
internal static class LineTrail
{
    /// <summary>Beside the fields of an entry: the import that brought the change. Of a field it says what was before and what is now; of itself the import's key alone.</summary>
    public const string Import = nameof(Import);

    private const string Columns = "actor_id, actor_name, via, at, action, entity, changes, entity_id";

    /// <summary>Writes them in the transaction that is open.</summary>
    /// <param name="db">The database.</param>
    /// <param name="import">The import; null where it was another system.</param>
    /// <param name="changed">The lines before and after.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task Write(CrmDb db, long? import, IEnumerable<(WaybillLine Before, WaybillLine After)> changed, CancellationToken ct)
    {
        var told = changed.Select(c => (c.After.Id, Changes: Said(c.Before, c.After, import))).ToList();
        if (told.Count == 0)
        {
            return;
        }

        var (actor, via) = (db.Actor, import is null ? db.Actor.Via : "import");
        await using var command = FactLedger.Command(db, $"INSERT INTO audit_entries ({Columns}) {(db.IsPostgres ? "SELECT $1, $2, $3, $4, $5, $6, * FROM unnest($7, $8)" : "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")}");
        if (command is NpgsqlCommand postgres)
        {
            postgres.Parameters.Add(new NpgsqlParameter<long> { TypedValue = actor.UserId });
            postgres.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor.Name });
            postgres.Parameters.Add(new NpgsqlParameter<string> { TypedValue = via });
            postgres.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = db.UtcNow });
            postgres.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "updated" });
            postgres.Parameters.Add(new NpgsqlParameter<string> { TypedValue = nameof(WaybillLine) });
            postgres.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. told.Select(t => t.Changes)] });
            postgres.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. told.Select(t => t.Id)] });
            await postgres.ExecuteNonQueryAsync(ct);
            return;
        }

        var parameters = ((SqliteCommand)command).Parameters;
        object[] all = [actor.UserId, actor.Name, via, db.UtcNow, "updated", nameof(WaybillLine), "", 0L];
        var p = all.Select((value, i) => parameters.AddWithValue($"${i + 1}", value)).ToArray();
        foreach (var (id, changes) in told)
        {
            (p[6].Value, p[7].Value) = (changes, id);
            command.ExecuteNonQuery();
        }
    }

    private static string Said(WaybillLine before, WaybillLine after, long? import)
    {
        var changes = SaveWaybill.Changes(before, after);
        if (import is not null)
        {
            changes[Import] = [null, import];
        }

        return JsonSerializer.Serialize(changes, SaveWaybill.AuditJson);
    }
}
