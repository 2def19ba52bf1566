using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;

namespace RailCrm.Benchmarks;

/// <summary>Makes the database to measure on: tables by the product's own migrations, people by its own use cases, the rest in bulk.</summary>
internal static class Generate
{
    /// <summary>Everybody's on this machine-local database.</summary>
    public const string Password = "只在本机测量用的长密码 2026";

    private const int Subsidiaries = 20;
    private const int MostOutlets = 1_000;

    public static async Task<int> Run(Options options, Database database)
    {
        var watch = Stopwatch.StartNew();
        void Tell(string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,6:0} s  {what}"));
        await database.With(Actor.System("cli"), async services =>
        {
            var db = services.GetRequiredService<CrmDb>();
            db.Database.SetCommandTimeout(TimeSpan.FromHours(2));
            await db.Database.MigrateAsync();
            var today = services.GetRequiredService<TimeProvider>().Today();
            var outlets = await Organisation(services, db, Math.Clamp(options.Customers / 1_000, Subsidiaries, MostOutlets), options.Seed);
            var enterprise = new Enterprise(options.Seed, options.Customers, outlets, today);
            People people;
            await using (var bulk = await Bulk.Begin(db, database, ["customers", "customer_contacts", "customer_stations", "customer_products", "customer_grants", "customer_tags", "waybill_lines", "lanes", "monthly_facts", "owner_months", "owner_counts", "responsibilities", "notes", "approvals", "approval_steps"]))
            {
                people = await People.Make(db, bulk, outlets);
                Tell("lines");
                await Lines(enterprise, options.Lines, bulk, database, Tell);
                Tell("customers");
                await Customers(enterprise, options.Customers, outlets, people, bulk, database, db.UtcNow, Tell);
                Tell("approvals");
                await people.Approve(bulk, enterprise.UnitOf, options.Customers);
                await bulk.Finish(Tell);
            }

            Tell("sums of customers");
            await CheckCustomerSums.Rebuild(db, default); // The triggers that keep them slept.
            while (await FoldCustomerSums.Fold(db, 1, default))
            {
            }

            Tell("results of people");
            await people.Results(db, today);
            Tell("contacts' search index");
            await FillContactSearch.All(db, 0, (_, _) => Task.CompletedTask, default);
            Tell("tiers (nothing is left to change)");
            await services.GetRequiredService<ClassifyCustomers>().RunAll(null, default);
            return 0;
        });
        var says = string.Create(CultureInfo.InvariantCulture, $"{options.Customers:N0} customers, {options.Lines:N0} lines, seed {options.Seed}");
        database.MarkFinished(says);
        Tell(says);
        return 0;
    }

    private static async Task<List<(long UnitId, int Place)>> Organisation(IServiceProvider services, CrmDb db, int count, int seed)
    {
        var (dice, places, setUp) = (new Random(seed), DemoWords.Places(), services.GetRequiredService<SetUpGroup>());
        var outlets = new List<(long, int)>();
        await db.Write(async () =>
        {
            if ((await setUp.Found("性能测量铁路物流集团", "BENCH", "admin", Password, "zh-CN", default)).Refusal is not null)
            {
                throw new InvalidOperationException("The database is not empty.");
            }

            var group = await db.Set<OrgUnit>().SingleAsync();
            var (first, firstOutlet) = (0L, 0L);
            for (var s = 0; s < Subsidiaries; s++)
            {
                var subsidiary = new OrgUnit(group, string.Create(CultureInfo.InvariantCulture, $"Z{s + 1:00}"), $"{places[s * 7].City}公司");
                await OrgUnit.Add(db, subsidiary, default);
                first = first == 0 ? subsidiary.Id : first;
                for (var o = s; o < count; o += Subsidiaries)
                {
                    var place = dice.Next(places.Count);
                    var outlet = new OrgUnit(subsidiary, string.Create(CultureInfo.InvariantCulture, $"W{o + 1:0000}"), string.Create(CultureInfo.InvariantCulture, $"{places[place].Name}第{o + 1}网点"), places[place].TelegraphCode);
                    await OrgUnit.Add(db, outlet, default);
                    firstOutlet = firstOutlet == 0 ? outlet.Id : firstOutlet;
                    outlets.Add((outlet.Id, place));
                }

                db.ChangeTracker.Clear();
            }

            db.AddRange(places.Select(p => new Station
            {
                TelegraphCode = p.TelegraphCode, Name = p.Name, PinyinCode = p.PinyinCode, Pinyin = p.Pinyin, TmisCode = p.TmisCode, City = p.City,
                ProvinceCode = p.ProvinceCode, BureauCode = p.BureauCode, Passenger = p.Passenger,
            }));
            await db.SaveChangesAsync();
            foreach (var (name, unit) in new[] { ("group", group.Id), ("subsidiary", first), ("outlet", firstOutlet), (People.OutletGranted, firstOutlet), (People.SubsidiaryGranted, first), (People.Leaver, first), (People.Receiver, first) })
            {
                var role = name == People.OutletGranted ? "manager" : unit == group.Id ? "group" : unit == first ? "subsidiary" : "outlet";
                if ((await setUp.CreateUser(new User { UserName = name, DisplayName = name, UnitId = unit, Language = "zh-CN" }, Password, role, default)).Refusal is not null)
                {
                    throw new InvalidOperationException($"The account '{name}' could not be made.");
                }
            }

            return 0;
        }, default);
        db.ChangeTracker.Clear();
        return outlets;
    }

    private static async Task Lines(Enterprise enterprise, int count, Bulk bulk, Database database, Action<string> tell)
    {
        var owners = new Dictionary<(long Unit, int Month), OwnerMonth>();
        const string StagedColumns = "customer_id BIGINT, month INTEGER, lane_id BIGINT, lines BIGINT, revenue_fen BIGINT, cost_fen BIGINT, weight_kg BIGINT";
        await bulk.Execute($"CREATE {(database.Postgres ? "UNLOGGED" : "TEMPORARY")} TABLE staged_facts ({StagedColumns})");
        await using (var lines = await bulk.Table<WaybillLine>())
        await using (var facts = await bulk.Table<MonthlyFact>("staged_facts"))
        {
            foreach (var (line, ended) in enterprise.Lines(count))
            {
                lines.Write(line);
                if (line.Id % 1_000_000 == 0)
                {
                    tell($"  {line.Id:N0}");
                }

                foreach (var fact in ended?.Values ?? Enumerable.Empty<MonthlyFact>())
                {
                    facts.Write(fact);
                    var unit = enterprise.UnitOf((int)fact.CustomerId - 1);
                    if (!owners.TryGetValue((unit, fact.Month.Number), out var owner))
                    {
                        owners[(unit, fact.Month.Number)] = owner = new() { UnitId = unit, Month = fact.Month };
                    }

                    owner.Lines += fact.Lines;
                    owner.RevenueFen += fact.RevenueFen;
                    owner.CostFen += fact.CostFen;
                    owner.WeightKg += fact.WeightKg;
                }
            }
        }

        tell("facts");
        await bulk.Execute("INSERT INTO monthly_facts (customer_id, month, lane_id, lines, revenue_fen, cost_fen, weight_kg) SELECT customer_id, month, lane_id, lines, revenue_fen, cost_fen, weight_kg FROM staged_facts ORDER BY 1, 2, 3");
        await bulk.Execute("DROP TABLE staged_facts");
        await bulk.Fill(enterprise.Lanes);
        await bulk.Fill(owners.Values.OrderBy(o => o.UnitId).ThenBy(o => o.Month.Number));
        await bulk.Restart("waybill_lines");
        await bulk.Restart("lanes");
    }

    private static async Task Customers(Enterprise enterprise, int count, List<(long UnitId, int Place)> outlets, People people, Bulk bulk, Database database, DateTime now, Action<string> tell)
    {
        var (rule, counts, dice) = (TierRule.Default, new Dictionary<(long Unit, CustomerTier Tier), OwnerCount>(), new Random(2));
        long contacts = 0, stations = 0, products = 0, grants = 0;
        await using (var rows = await bulk.Table<Customer>())
        await using (var contactRows = await bulk.Table<Contact>())
        await using (var stationRows = await bulk.Table<MainStation>())
        await using (var productRows = await bulk.Table<CustomerProduct>())
        await using (var grantRows = await bulk.Table<CustomerGrant>())
        await using (var tagRows = await bulk.Table<CustomerTag>())
        await using (var responsibilityRows = await bulk.Table<Responsibility>())
        await using (var noteRows = await bulk.Table<Note>())
        await using (var search = await SearchRows.Open(bulk, database))
        {
            for (var n = 0; n < count; n++)
            {
                var (input, mainStations, contact, product) = enterprise.Customer(n);
                var customer = new Customer { Id = n + 1, Number = string.Create(CultureInfo.InvariantCulture, $"KH-{n + 1:0000000}") };
                CustomerRules.Apply(input, customer, input.UnitId!.Value, now.AddSeconds(n - count));
                var figures = enterprise.Figures[n];
                customer.CreatedAt = customer.UpdatedAt;
                customer.Tier = rule.Of(figures.Lines, figures.RevenueFen, figures.ProfitFen, figures.PreviousFen);
                (customer.Trailing12RevenueFen, customer.Trailing12GrossProfitFen, customer.Trailing12WeightKg) = (figures.RevenueFen, figures.ProfitFen, figures.WeightKg);
                (customer.Previous12RevenueFen, customer.RevenueChangeFen) = (figures.PreviousFen, figures.RevenueFen - figures.PreviousFen);
                customer.ManagerLevels = people.Entrust(n, responsibilityRows, noteRows, grant =>
                {
                    grant.Id = ++grants;
                    grantRows.Write(grant);
                });
                rows.Write(customer);
                search.Write(customer.Id, SearchTerms.For(customer.Name, customer.ShortName, customer.Number, customer.CreditCode, [customer.Phone]));
                if (!counts.TryGetValue((customer.UnitId, customer.Tier), out var sum))
                {
                    counts[(customer.UnitId, customer.Tier)] = sum = new() { UnitId = customer.UnitId, Tier = customer.Tier };
                }

                sum.Customers++;
                sum.CompletenessSum += customer.Completeness;
                foreach (var tag in (customer.Tags ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
                {
                    tagRows.Write(new() { Tag = tag, CustomerId = customer.Id }); // What a trigger does otherwise.
                }

                foreach (var station in mainStations)
                {
                    station.Id = ++stations;
                    stationRows.Write(station);
                }

                if (contact is not null)
                {
                    (contact.Id, contact.CreatedAt) = (++contacts, customer.CreatedAt);
                    contactRows.Write(contact);
                }

                if (product is not null)
                {
                    product.Id = ++products;
                    productRows.Write(product);
                }

                if (dice.Next(5) == 0)
                {
                    grantRows.Write(new() { Id = ++grants, CustomerId = customer.Id, UnitId = DemoWords.Pick(dice, outlets).UnitId });
                }

                if ((n + 1) % 100_000 == 0)
                {
                    tell($"  {n + 1:N0}");
                }
            }
        }

        await bulk.Fill(counts.Values);
        await People.Restart(bulk);
        foreach (var table in new[] { "customers", "customer_contacts", "customer_stations", "customer_products", "customer_grants" })
        {
            await bulk.Restart(table);
        }
    }

    /// <summary>The rows of the search index, written as <see cref="CustomerSearch"/> writes them.</summary>
    private sealed class SearchRows(Microsoft.Data.Sqlite.SqliteCommand? insert, NpgsqlConnection? connection, NpgsqlBinaryImporter? copy, Bulk bulk) : IAsyncDisposable
    {
        public static async Task<SearchRows> Open(Bulk bulk, Database database)
        {
            if (!database.Postgres)
            {
                var insert = (Microsoft.Data.Sqlite.SqliteCommand)bulk.Command("INSERT INTO customer_search (rowid, terms) VALUES ($id, $terms)");
                insert.Parameters.Add("$id", Microsoft.Data.Sqlite.SqliteType.Integer);
                insert.Parameters.Add("$terms", Microsoft.Data.Sqlite.SqliteType.Text);
                return new(insert, null, null, bulk);
            }

            await bulk.Execute("DROP INDEX ix_customer_search_terms");
            await bulk.Execute("CREATE UNLOGGED TABLE staged_terms (customer_id bigint, terms text)");
            var connection = await bulk.Open();
            return new(null, connection, await connection.BeginBinaryImportAsync("COPY staged_terms (customer_id, terms) FROM STDIN (FORMAT binary)"), bulk);
        }

        public void Write(long id, string terms)
        {
            if (copy is not null)
            {
                copy.StartRow();
                copy.Write(id, NpgsqlDbType.Bigint);
                copy.Write(terms, NpgsqlDbType.Text);
                return;
            }

            (insert!.Parameters[0].Value, insert.Parameters[1].Value) = (id, terms);
            insert.ExecuteNonQuery();
        }

        public async ValueTask DisposeAsync()
        {
            if (copy is null)
            {
                await insert!.DisposeAsync();
                return;
            }

            await copy.CompleteAsync();
            await copy.DisposeAsync();
            await connection!.DisposeAsync();
            await bulk.Execute("INSERT INTO customer_search (customer_id, terms) SELECT customer_id, array_to_tsvector(string_to_array(terms, ' ')) FROM staged_terms");
            await bulk.Execute("DROP TABLE staged_terms");
            await bulk.Execute("CREATE INDEX ix_customer_search_terms ON customer_search USING gin (terms)");
        }
    }
}
