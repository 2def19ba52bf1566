using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>Writes down what the rows of a batch made, in the batch's own transaction and past the change tracker: one statement a batch on PostgreSQL, one prepared statement on SQLite.</summary>
internal static class RecordImported
{
    private const string Columns = "import_id, action, row, part, entity, entity_id, version, changes";

    public static async Task Write(CrmDb db, long importId, IReadOnlyList<TableRow> rows, RowAnswer[] answers, CancellationToken ct)
    {
        var made = new List<(long Row, int Part, Made Made)>();
        for (var i = 0; i < answers.Length; i++)
        {
            made.AddRange(answers[i].Made.Select((m, part) => (rows[i].Number, part, m)));
        }

        if (made.Count == 0)
        {
            return;
        }

        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        if (command is NpgsqlCommand postgres)
        {
            postgres.CommandText = $"INSERT INTO import_rows ({Columns}) SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8)";
            postgres.Parameters.Add(new NpgsqlParameter<long> { TypedValue = importId });
            postgres.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. made.Select(m => Action(m.Made))] });
            postgres.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. made.Select(m => m.Row)] });
            postgres.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. made.Select(m => m.Part)] });
            postgres.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. made.Select(m => m.Made.Entity)] });
            postgres.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. made.Select(m => m.Made.Id)] });
            postgres.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. made.Select(m => m.Made.Version)] });
            postgres.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. made.Select(m => m.Made.Changes)] });
            await postgres.ExecuteNonQueryAsync(ct);
            return;
        }

        command.CommandText = $"INSERT INTO import_rows ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        var p = Enumerable.Range(1, 8).Select(n => ((SqliteCommand)command).Parameters.Add($"${n}", n is 2 or 5 or 8 ? SqliteType.Text : SqliteType.Integer)).ToArray();
        p[0].Value = importId;
        foreach (var (row, part, one) in made)
        {
            (p[1].Value, p[2].Value, p[3].Value, p[4].Value) = (Action(one), row, part, one.Entity);
            (p[5].Value, p[6].Value, p[7].Value) = (one.Id, one.Version, (object?)one.Changes ?? DBNull.Value);
            command.ExecuteNonQuery();
        }
    }

    private static string Action(Made made) => made.Changes is null ? "created" : "updated";
}

/// <summary>What changed of a record, field by field, as one says it.</summary>
internal static class Changes
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    /// <summary>JSON: field → [before, after]; an empty object where nothing differs.</summary>
    public static string Of<T>(T before, T after)
    {
        var (old, now) = (JsonSerializer.SerializeToElement(before, Json), JsonSerializer.SerializeToElement(after, Json));
        return JsonSerializer.Serialize(old.EnumerateObject().Where(p => !JsonElement.DeepEquals(p.Value, now.GetProperty(p.Name))).ToDictionary(p => p.Name, p => new[] { p.Value, now.GetProperty(p.Name) }), Json);
    }

    /// <summary>The record with the old values of what was changed; or the fields that somebody has changed since.</summary>
    public static (T? Old, IReadOnlyList<string> ChangedSince) Back<T>(T now, string changes)
    {
        var fields = JsonSerializer.SerializeToNode(now, Json)!.AsObject();
        var current = JsonSerializer.SerializeToElement(now, Json);
        var since = new List<string>();
        foreach (var (field, pair) in Read(changes))
        {
            if (!JsonElement.DeepEquals(pair[1], current.GetProperty(field)))
            {
                since.Add(field);
            }

            fields[field] = System.Text.Json.Nodes.JsonNode.Parse(pair[0].GetRawText());
        }

        return since.Count > 0 ? (default, since) : (JsonSerializer.Deserialize<T>(fields, Json), since);
    }

    /// <summary>Field → [before, after].</summary>
    public static Dictionary<string, JsonElement[]> Read(string changes) => JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(changes, Json)!;
}
