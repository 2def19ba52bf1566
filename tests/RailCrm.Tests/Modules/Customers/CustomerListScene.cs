using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Customers for the tests of their list, and how those look at it.</summary>
internal static class CustomerListScene
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static readonly CustomerList List = new();

    /// <summary>400 customers over all units with every field that a filter reads, some of them granted to s1.</summary>
    public static async Task<CrmApp> Filled(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        var (s1, north) = (await app.ActorOf("s1"), await app.ActorOf("north"));
        await app.In(Actor.System("test"), async db =>
        {
            var units = await db.Set<OrgUnit>().OrderBy(u => u.Id).Select(u => u.Id).ToListAsync(Ct);
            db.Add(new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen", TmisCode = "51632" });
            var random = new Random(11);
            for (var n = 1; n <= 400; n++)
            {
                var input = new SaveCustomer.Input
                {
                    Name = $"{"东西南北"[random.Next(4)]}方第{n}公司", IndustryCode = new[] { null, "06", "31", "B" }[random.Next(4)], RegionCode = new[] { null, "320000", "320500", "320505", "330100" }[random.Next(5)],
                    Tags = new[] { null, "重点", "重点,煤炭", "\"引号\",煤炭", "a'b" }[random.Next(5)], Phone = random.Next(3) == 0 ? $"0512-{60_000_000 + n}" : null, CompanyProfile = random.Next(2) == 0 ? "介绍" : null,
                };
                var customer = new Customer { Number = $"KH-{n:0000000}", CreatedAt = db.UtcNow };
                CustomerRules.Apply(input, customer, units[random.Next(units.Count)], db.UtcNow.AddMinutes(-random.Next(40)));
                (customer.Tier, customer.Trailing12RevenueFen, customer.RevenueChangeFen, customer.Active) = ((CustomerTier)random.Next(5), random.Next(30) * 1000, random.Next(-20, 20), random.Next(10) > 0);
                (customer.ParentId, customer.CreatedBy) = (n > 40 && n % 3 == 0 ? n % 40 + 1 : null, n % 4 == 0 ? s1.UserId : n % 7 == 0 ? 0 : null);
                customer.DeletedAt = random.Next(30) == 0 ? db.UtcNow : null;
                for (var s = random.Next(3); s > 0; s--)
                {
                    customer.MainStations.Add(new() { Station = random.Next(2) == 0 ? "高桥镇" : "苏州", Sending = s == 1 });
                }

                db.Add(customer);
                await db.SaveChangesAsync(Ct);
                await CustomerSearch.Write(db, customer, Ct);
                if (random.Next(12) == 0)
                {
                    db.Add(new CustomerGrant { CustomerId = customer.Id, UserId = s1.UserId, Reason = random.Next(3) > 0 ? "manager" : "shared", Until = random.Next(4) == 0 ? db.UtcNow.AddDays(-1) : null });
                    db.Add(new CustomerGrant { CustomerId = customer.Id, UnitId = north.UnitId, Reason = "shared", Until = random.Next(4) == 0 ? db.UtcNow.AddDays(-1) : null }); // Inside and outside what the north owns.
                }
            }

            return await db.SaveChangesAsync(Ct);
        });
        return app;
    }

    public static View Seen(string query) => View.TryRead(List, Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var view) ? view : throw new ArgumentException(query);

    public static async Task<List<JsonElement>> Walk(HttpClient api, string query, int limit = 17)
    {
        var all = new List<JsonElement>();
        var cursor = "";
        do
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?limit={limit}&{query}&cursor={cursor}", Ct);
            all.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        return all;
    }
}
