using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Benchmarks;

/// <summary>Measures everything on one engine and prints a table.</summary>
internal static class Measure
{
    private static readonly string[] Users = ["group", "subsidiary", "outlet", People.OutletGranted, People.SubsidiaryGranted];

    public static async Task<int> Run(Options options, Database database)
    {
        if (!database.IsFinished)
        {
            throw new InvalidOperationException("There is no database to measure on: run generate first.");
        }

        bool Wanted(string name) => options.Only is null || name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);
        await database.With(Actor.System("cli"), async services =>
        {
            var db = services.GetRequiredService<CrmDb>();
            await db.Database.MigrateAsync(); // The product may have grown since the rows were made.
            await services.GetRequiredService<RailCrm.Platform.Jobs.Runner>().EnqueueScheduled(default);
            await db.Set<RailCrm.Platform.Jobs.Job>().Where(j => j.State == "queued" && j.UserId == 0).ExecuteDeleteAsync(); // Nothing of the night's begins while something is measured.
            while (await services.GetRequiredService<RailCrm.Platform.Jobs.Runner>().RunOne(default)) // What a migration asked for is done before anything is measured.
            {
            }

            return 0;
        });
        Statements.Listen();
        Console.WriteLine($"{(options.Postgres ? "PostgreSQL" : "SQLite")}, load of the machine before: {(await File.ReadAllTextAsync("/proc/loadavg")).Trim()}\n");
        var group = await database.With(Actor.System("cli"), async services =>
        {
            var db = services.GetRequiredService<CrmDb>();
            return (await Actors.Find(db, await db.Set<User>().Where(u => u.UserName == "group").Select(u => u.Id).SingleAsync(), "web", default))!;
        });
        var (work, duties) = (new Work(database, group), new Duties(database, group));
        if (Wanted("rights: known to one alone"))
        {
            var (seconds, processor, said) = await database.Night(RailCrm.Modules.Managers.FindSoleKnown.Job);
            Say($"customers that one alone knows, at night: {seconds:0.0} s, {processor:0.0} s of processor time {said}");
        }

        if (Wanted("own field"))
        {
            await work.OwnFields();
        }

        using (var server = await Server.Start(database))
        {
            var start = server.Processor.TotalSeconds;
            var cookies = new Dictionary<string, string>();
            foreach (var user in Users)
            {
                cookies[user] = await server.SignIn(user);
            }

            using (var page = Ask("/", cookies["group"], null))
            using (await server.Client.SendAsync(page))
            {
                await Task.Delay(2_000);
            }

            var (all, own) = server.Memory();
            Say($"start to first page: {server.UntilFirstPage.TotalSeconds:0.00} s (≤ 2), {start:0.00} s of processor time; idle {all:0} MiB resident, {own:0} of it not mapped files (≤ 200)\n");
            if (Wanted("own field"))
            {
                await work.Ready();
            }

            await Reads(options, database, server, cookies, Wanted);
            if (Wanted("bulk edit"))
            {
                var (there, back, alone, meanwhile) = await work.Edit(server, n => Ask(n % 2 == 0 ? "/customers?tier=large&sort=-revenue" : $"/customers/{1 + (n * 7919 % 900_000)}", cookies["group"], null));
                Say($"bulk edit of 114,000 customers: {there:0.0} s, taken back {back:0.0} s (≤ 60 for 100,000); pages of others alone median {alone.MedianMs:0.0}, p95 {alone.P95Ms:0.0} ms, meanwhile median {meanwhile.MedianMs:0.0}, p95 {meanwhile.P95Ms:0.0} ms (≤ twice)");
            }

            if (Wanted("move"))
            {
                var (count, all50, longest, unseen) = await duties.Move(server, id => Ask($"/customers/{id}", cookies["subsidiary"], null));
                Say($"move of {count} outlets with all their customers to another subsidiary: {all50:0.0} s, the longest {longest:0.00} s (≤ 5); out of sight of the old one {unseen:0} ms after the last (≤ 1,000)");
            }

            if (Wanted("create"))
            {
                await Create(options, database, server);
            }

            (all, own) = server.Memory();
            Say($"server after all that: {all:0} MiB resident, {own:0} of it not mapped files\n");
        }

        await using var raw = await database.Raw();
        var writes = new Writes(database);
        if (Wanted("import"))
        {
            var file = await writes.File(raw, Math.Min(500_000, Math.Max(10_000, options.Lines / 20)));
            var (rate, memory) = await writes.Import(file);
            var engine = await Writes.ImportRaw(raw);
            Say($"import from CSV, facts included: {rate:N0} rows/s; the engine's own bulk insert of the same rows: {engine:N0} rows/s; ratio {rate / engine:0.00} (≥ 0.33); memory at the quarters {string.Join(", ", memory.Take(4).Select(m => m.ToString("0", CultureInfo.InvariantCulture)))}, at most {memory[4]:0} MiB (≤ 300)");
            await writes.ForgetImport(raw);
        }

        if (Wanted("merge"))
        {
            var (there, back) = await work.Merge(raw);
            Say($"merge of a customer with 100,000 waybill lines: {there:0.00} s, taken back {back:0.00} s (≤ 1)");
        }

        if (Wanted("handover"))
        {
            var (count, proposed, there, back, processor) = await duties.HandOver();
            Say($"handover of {count} customers: proposed in {proposed:0.0} s, carried out in {there:0.0} s, taken back in {back:0.0} s (≤ 5 each), {processor:0.0} s of processor time in all");
        }

        if (Wanted("pools"))
        {
            foreach (var line in await duties.Pools(raw))
            {
                Console.WriteLine(line);
            }
        }

        if (Wanted("duplicates"))
        {
            Say($"search of all customers for duplicates: {await work.Duplicates():0} s (≤ 600)");
        }

        if (Wanted("tiers"))
        {
            Say($"tiers of all customers: {await writes.Tiers(0):0.0} s where nothing changed; {await writes.Tiers(1):0.0} s a month later, where nearly all did; {await writes.Tiers(0):0.0} s back (≤ 20)");
        }

        return 0;
    }

    private static async Task Reads(Options options, Database database, Server server, Dictionary<string, string> cookies, Func<string, bool> wanted)
    {
        var tokens = await Tokens(database);
        var actors = await database.With(Actor.System("cli"), async services =>
        {
            var db = services.GetRequiredService<CrmDb>();
            var known = new Dictionary<string, Actor>();
            foreach (var user in Users)
            {
                known[user] = (await Actors.Find(db, await db.Set<User>().Where(u => u.UserName == user).Select(u => u.Id).SingleAsync(), "web", default))!;
            }

            return known;
        });
        Console.WriteLine("| what | who | engine alone: median, p95 ms | 1 at a time: median, p95, p95 of all ms | processor ms | 8 at a time: p95 ms, requests/s | to reach | |\n|---|---|---|---|---|---|---|---|");
        var pages = (await new Pages(database).All()).Where(p => wanted(p.Name)).ToList();
        var first = pages.FirstOrDefault();
        foreach (var page in pages)
        {
            HttpRequestMessage Next(int n) => Ask(page.Paths[n % page.Paths.Length], page.Api ? null : cookies[page.User], page.Api ? tokens[page.User] : null);
            // Long enough for the runtime to compile what is hot.
            await Load.Drive(server.Client, Next, 2, TimeSpan.FromSeconds(options.Seconds * 2), page == first ? 1_500 : Math.Max(100, page.Paths.Length));
            var processor = server.Processor;
            var one = await Load.Drive(server.Client, Next, 1, TimeSpan.FromSeconds(options.Seconds), 400);
            var spent = (server.Processor - processor).TotalMilliseconds / one.Count;
            var eight = page.LeastPerSecond is null ? null : await Load.Drive(server.Client, Next, 8, TimeSpan.FromSeconds(options.Seconds));
            var (engine, sql) = await Statements.Replay(database, [.. Enumerable.Range(0, page.Paths.Length).Select<int, Func<Task>>(n => () => database.With(actors[page.User], async services =>
            {
                await page.Same(services, n);
                return 0;
            }))], TimeSpan.FromSeconds(1));
            if (options.Sql)
            {
                Console.WriteLine(sql);
            }

            var missed = one.P95Ms > page.MostMs || eight?.PerSecond < page.LeastPerSecond;
            Say($"| {page.Name} | {page.User} | {engine.MedianMs:0.00}, {engine.P95Ms:0.00} | {one.MedianMs:0.0}, {one.P95Ms:0.0}, {one.AllP95Ms:0.0} | {spent:0.0} | {(eight is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{eight.P95Ms:0.0}, {eight.PerSecond:0}"))} | {(page.MostMs is null ? "" : $"≤ {page.MostMs} ms")}{(page.LeastPerSecond is null ? "" : $", ≥ {page.LeastPerSecond}/s")} | {(missed ? "missed" : page.MostMs is null ? "" : "reached")} |");
        }

        Console.WriteLine();
    }

    private static async Task Create(Options options, Database database, Server server)
    {
        await using var raw = await database.Raw();
        var customer = (await Database.Read(raw, "SELECT max(id) FROM customers", r => r.GetInt64(0)))[0];
        var audit = (await Database.Read(raw, "SELECT max(id) FROM audit_entries", r => r.GetInt64(0)))[0];
        var token = (await Tokens(database))["outlet"];
        await Writes.Create(server, token, TimeSpan.FromSeconds(2));
        var created = await Writes.Create(server, token, TimeSpan.FromSeconds(options.Seconds));
        var writes = new Writes(database);
        var engine = await writes.CreateRaw(raw, TimeSpan.FromSeconds(2));
        Say($"create a customer through the API, 8 at a time: {created.PerSecond:0}/s, median {created.MedianMs:0.0} ms, p95 {created.P95Ms:0.0} ms (≥ 500/s); the engine's own three rows, one after another: {engine.PerSecond:0}/s, median {engine.MedianMs:0.00} ms");
        await writes.Forget(raw, customer, audit);
    }

    private static HttpRequestMessage Ask(string path, string? cookies, string? token)
    {
        var ask = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookies is not null)
        {
            ask.Headers.Add("Cookie", cookies);
        }

        if (token is not null)
        {
            ask.Headers.Authorization = new("Bearer", token);
        }

        return ask;
    }

    private static Task<Dictionary<string, string>> Tokens(Database database) => database.With(Actor.System("cli"), async services =>
    {
        var (db, tokens) = (services.GetRequiredService<CrmDb>(), new Dictionary<string, string>());
        await db.Set<ApiToken>().Where(t => t.Name == "bench").ExecuteDeleteAsync();
        foreach (var user in Users)
        {
            var id = await db.Set<User>().Where(u => u.UserName == user).Select(u => u.Id).SingleAsync();
            db.Add(new ApiToken { Hash = Sessions.Hash(tokens[user] = "rc_" + Sessions.NewSecret()), UserId = id, Name = "bench", Scopes = "read,write", CreatedAt = db.UtcNow });
        }

        await db.SaveChangesAsync();
        return tokens;
    });

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
