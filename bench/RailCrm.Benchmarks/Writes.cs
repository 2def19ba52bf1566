using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Demo;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Benchmarks;

/// <summary>What writes: customers through the API, waybills from a file, tiers of everybody. What was added is taken away again, so that the next run finds the same database.</summary>
internal sealed class Writes(Database database)
{
    private const string Source = "BENCH";

    /// <summary>Creates customers through the API, eight at a time.</summary>
    public static Task<Timing> Create(Server server, string token, TimeSpan duration)
    {
        var dice = new Random(Environment.TickCount);
        var stamp = Environment.TickCount;
        return Load.Drive(server.Client, n =>
        {
            string name;
            lock (dice)
            {
                name = $"{DemoWords.Brand(dice)}{DemoWords.Brand(dice)}{DemoWords.Brand(dice)}{DemoWords.Pick(dice, DemoWords.Trades).Word}有限公司";
            }

            var ask = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers")
            {
                Content = JsonContent.Create(new { name, creditCode = DemoWords.CreditCode("440106", 0x400000 + ((stamp + n) & 0x3FFFFF)), phone = string.Create(CultureInfo.InvariantCulture, $"020-{stamp % 10_000:0000}{n:0000}"), duplicateReason = "bench" }),
            };
            ask.Headers.Authorization = new("Bearer", token);
            return ask;
        }, 8, duration);
    }

    /// <summary>The engine's own time for the rows of one new customer (the customer, its search row, its audit row), a transaction each, one after another.</summary>
    public async Task<Timing> CreateRaw(DbConnection raw, TimeSpan duration)
    {
        var tables = new[] { "customers", "audit_entries" };
        var columns = new Dictionary<string, List<string>>();
        foreach (var table in tables)
        {
            columns[table] = await Database.Read(raw, $"SELECT * FROM {table} LIMIT 0", _ => "");
            await using var head = raw.CreateCommand();
            head.CommandText = table == "customers" ? "SELECT * FROM customers LIMIT 0" : "SELECT * FROM audit_entries LIMIT 0";
            await using var reader = await head.ExecuteReaderAsync();
            columns[table] = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        }

        string Copy(string table, string of) => $"INSERT INTO {table} ({string.Join(',', columns[table])}) SELECT {string.Join(',', columns[table].Select(c => c switch { "id" => "@id", "number" or "credit_code" => "@text", "name" or "normalized_name" => $"{c} || @text", "entity_id" or "customer_id" => "@id", _ => c }))} FROM {table} WHERE id = {of}";
        var last = (await Database.Read(raw, "SELECT max(id) FROM customers", r => r.GetInt64(0)))[0];
        var audit = (await Database.Read(raw, "SELECT max(id) FROM audit_entries", r => r.GetInt64(0)))[0];
        var terms = "有限 限公 公司 ibench pbench nkh cbench t0201234";
        var search = database.Postgres ? "INSERT INTO customer_search (customer_id, terms) VALUES (@id, array_to_tsvector(string_to_array(@terms, ' ')))" : "INSERT INTO customer_search (rowid, terms) VALUES (@id, @terms)";
        var (times, watch, n) = (new List<double>(), Stopwatch.StartNew(), 0);
        while (watch.Elapsed < duration)
        {
            n++;
            var from = Stopwatch.GetTimestamp();
            await using (var transaction = await raw.BeginTransactionAsync())
            {
                await Send(raw, transaction, Copy("customers", "1"), ("id", last + n), ("text", string.Create(CultureInfo.InvariantCulture, $"raw{n}")));
                await Send(raw, transaction, search, ("id", last + n), ("terms", terms));
                await Send(raw, transaction, Copy("audit_entries", audit.ToString(CultureInfo.InvariantCulture)), ("id", audit + n));
                await transaction.CommitAsync();
            }

            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        return Timing.Of(times, watch.Elapsed);
    }

    /// <summary>Takes away the customers made behind <paramref name="customer"/> and audit rows behind <paramref name="audit"/>.</summary>
    public async Task Forget(DbConnection raw, long customer, long audit)
    {
        await Database.Execute(raw, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM customer_search WHERE {(database.Postgres ? "customer_id" : "rowid")} > {customer}"));
        // The trail refuses to lose rows; here it is the benchmark's own.
        await Database.Execute(raw, database.Postgres ? "SET session_replication_role = replica" : "DROP TRIGGER IF EXISTS audit_entries_not_removed");
        await Database.Execute(raw, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM audit_entries WHERE id > {audit}"));
        await Database.Execute(raw, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM customers WHERE id > {customer}"));
    }

    /// <summary>Writes a file of lines of customers that are there.</summary>
    public async Task<string> File(DbConnection raw, int lines)
    {
        var customers = await Database.Read(raw, "SELECT number FROM customers WHERE id % 37 = 0 ORDER BY id LIMIT 20000", r => r.GetString(0));
        var units = await Database.Read(raw, "SELECT code FROM units WHERE level = 'Outlet' ORDER BY id LIMIT 200", r => r.GetString(0));
        var (dice, places, today) = (new Random(4), DemoWords.Places(), database.Services.GetRequiredService<TimeProvider>().Today());
        var path = Path.Combine(database.Home, "bench.csv");
        await using var writer = new StreamWriter(path, false, new UTF8Encoding(true));
        await writer.WriteLineAsync("source,externalNo,date,customer,unit,service,commodity,origin,destination,mode,wagons,containers,teu,weight(kg),revenue,cost,contract,note");
        for (var n = 0; n < lines; n++)
        {
            var (trade, revenue) = (DemoWords.Pick(dice, DemoWords.Trades), 500 + dice.Next(50_000));
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{Source},B{n:00000000},{today.AddDays(-dice.Next(360)):yyyy-MM-dd},{customers[dice.Next(customers.Count)]},{units[dice.Next(units.Count)]},运输,{trade.Category},{places[dice.Next(5)].Name},{places[dice.Next(5)].Name},整车,{1 + dice.Next(5)},0,0,{60_000 + dice.Next(9_000)},{revenue},{revenue * 4 / 5},HT-{dice.Next(1000):0000},"));
        }

        return path;
    }

    /// <summary>Loads the file with the product's own verb; gives rows a second and how much memory it took at the quarters.</summary>
    public async Task<(double PerSecond, double[] MiB)> Import(string path)
    {
        using var process = Server.Launch(database, "import", "waybills", path, "--json");
        var (memory, answer) = (new List<double>(), process.StandardOutput.ReadToEndAsync());
        while (!process.HasExited)
        {
            try
            {
                memory.Add(Server.Memory(process).All);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentOutOfRangeException)
            {
                break; // It ended in between.
            }

            await Task.Delay(200);
        }

        var last = (await answer).Trim().Split('\n')[^1];
        var result = JsonSerializer.Deserialize<JsonElement>(last);
        var created = result.GetProperty("created").GetDouble();
        if (result.GetProperty("rejected").GetInt64() > 0)
        {
            throw new InvalidOperationException($"Rows were rejected: {last}");
        }

        return (created / result.GetProperty("seconds").GetDouble(), [.. Enumerable.Range(1, 4).Select(q => memory[Math.Max(0, (memory.Count * q / 4) - 1)]), memory.Max()]);
    }

    /// <summary>The engine's own bulk insert of the imported rows under new numbers, into the same table with the same indexes; rolled back.</summary>
    public static async Task<double> ImportRaw(DbConnection raw)
    {
        const string Columns = "source, external_no, date, customer_id, unit_id, service, commodity_category, commodity, origin, destination, mode, wagons, containers, teu_hundredths, weight_kg, revenue_fen, cost_fen, contract_no, note";
        var rows = await Database.Read(raw, $"SELECT {Columns} FROM waybill_lines WHERE source = '{Source}' ORDER BY id", r =>
        {
            var row = new object[r.FieldCount];
            r.GetValues(row);
            row[0] = "RAW";
            return row;
        });
        var watch = Stopwatch.StartNew();
        await using var transaction = await raw.BeginTransactionAsync();
        if (raw is NpgsqlConnection postgres)
        {
            await using var copy = await postgres.BeginBinaryImportAsync($"COPY waybill_lines ({Columns}) FROM STDIN (FORMAT binary)");
            foreach (var row in rows)
            {
                await copy.StartRowAsync();
                foreach (var value in row)
                {
                    await (value switch
                    {
                        DBNull => copy.WriteNullAsync(), DateTime day => copy.WriteAsync(DateOnly.FromDateTime(day), NpgsqlDbType.Date), string text => copy.WriteAsync(text, NpgsqlDbType.Text),
                        int number => copy.WriteAsync(number, NpgsqlDbType.Integer), long number => copy.WriteAsync(number, NpgsqlDbType.Bigint), DateOnly day => copy.WriteAsync(day, NpgsqlDbType.Date), _ => throw new NotSupportedException(value.GetType().Name),
                    });
                }
            }

            await copy.CompleteAsync();
        }
        else
        {
            using var insert = (SqliteCommand)raw.CreateCommand();
#pragma warning disable CA2100 // Columns of ours.
            insert.CommandText = $"INSERT INTO waybill_lines ({Columns}) VALUES ({string.Join(',', rows[0].Select((_, i) => $"${i}"))})";
#pragma warning restore CA2100
            insert.Transaction = (SqliteTransaction)transaction;
            for (var i = 0; i < rows[0].Length; i++)
            {
                insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            insert.Prepare();
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    insert.Parameters[i].Value = row[i];
                }

                insert.ExecuteNonQuery();
            }
        }

        // What a commit would cost is not in it: the comparison favours the engine.
        var seconds = watch.Elapsed.TotalSeconds;
        await transaction.RollbackAsync();
        return rows.Count / seconds;
    }

    /// <summary>Takes the imported lines away again, through the ledger, so that the facts follow.</summary>
    public async Task ForgetImport(DbConnection raw)
    {
        var ids = await Database.Read(raw, $"SELECT id FROM waybill_lines WHERE source = '{Source}' ORDER BY id", r => r.GetInt64(0));
        await database.With(Actor.System("cli"), async services =>
        {
            foreach (var some in ids.Chunk(20_000))
            {
                await services.GetRequiredService<Modules.Waybills.WaybillLedger>().Delete(some, default);
            }

            await services.GetRequiredService<ClassifyCustomers>().Run(default);
            return 0;
        });
    }

    /// <summary>Tiers and trailing figures of everybody.</summary>
    /// <param name="months">How far the clock has gone on: with a month nearly all figures change, with none nothing does.</param>
    public Task<double> Tiers(int months) => database.With(Actor.System("cli"), async services =>
    {
        var watch = Stopwatch.StartNew();
        await new ClassifyCustomers(services.GetRequiredService<CrmDb>(), new Later(months)).RunAll(null, default);
        return watch.Elapsed.TotalSeconds;
    });

    private static async Task Send(DbConnection raw, DbTransaction transaction, string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = raw.CreateCommand();
#pragma warning disable CA2100 // SQL of ours.
        (command.CommandText, command.Transaction) = (sql, transaction);
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(raw is NpgsqlConnection ? new NpgsqlParameter(name, value) : new SqliteParameter($"@{name}", value));
        }

        await command.ExecuteNonQueryAsync();
    }

    private sealed class Later(int months) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMonths(months);
    }
}
