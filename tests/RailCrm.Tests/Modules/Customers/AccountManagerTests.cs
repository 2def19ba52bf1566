using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Account managers in the list of customers: shown, filtered by, looked up.</summary>
public sealed class AccountManagerTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Those_of_today_are_shown_and_customers_are_found_by_them(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = new List<long>();
        foreach (var (who, name) in new[] { ("n1", "甲公司"), ("n1", "乙公司"), ("n2", "丙公司"), ("s1", "丁公司") })
        {
            made.Add((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out _) ? customer.Id : 0);
        }

        var (n1, n2, s1) = ((await app.ActorOf("n1")).UserId, (await app.ActorOf("n2")).UserId, (await app.ActorOf("s1")).UserId);
        await app.In(System, async db =>
        {
            await db.Set<User>().Where(u => u.Id == n1).ExecuteUpdateAsync(u => u.SetProperty(p => p.DisplayName, "王经理"), Ct);
            await db.Set<User>().Where(u => u.Id == n2).ExecuteUpdateAsync(u => u.SetProperty(p => p.DisplayName, "李经理"), Ct);
            db.AddRange(
                new CustomerGrant { CustomerId = made[0], UserId = n1, Reason = "manager" }, new CustomerGrant { CustomerId = made[0], UserId = n2, Reason = "manager" },
                new CustomerGrant { CustomerId = made[1], UserId = n2, Reason = "shared" }, new CustomerGrant { CustomerId = made[1], UserId = n1, Reason = "manager", Until = db.UtcNow.AddDays(-1) },
                new CustomerGrant { CustomerId = made[2], UserId = n2, Reason = "manager" }, new CustomerGrant { CustomerId = made[3], UserId = s1, Reason = "manager" });
            return await db.SaveChangesAsync(Ct);
        });
        using var north = await app.Api("north");
        async Task<string[]> Found(string filter) => [.. (await north.GetFromJsonAsync<JsonElement>($"/api/v1/customers?filter={Uri.EscapeDataString(filter)}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

        Assert.Equal(["丙公司", "甲公司"], await Found("managedBy=李经理"));
        Assert.Equal(["甲公司"], await Found("managedBy=n1"));
        Assert.Equal(["丙公司", "甲公司"], await Found("managedBy=n1,李经理"));
        Assert.Equal(["乙公司"], await Found("managedBy="));
        Assert.Empty(await Found("managedBy=s1"));

        using var pages = await app.SignedIn("north");
        var page = WebUtility.HtmlDecode(await pages.GetStringAsync(new Uri("/customers?columns=name,manager&managedBy=李经理", UriKind.Relative), Ct));
        Assert.Contains(">王经理、李经理</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("乙公司", page, StringComparison.Ordinal);

        async Task<string[]> Looked(string q) => [.. (await north.GetFromJsonAsync<JsonElement>($"/api/v1/lookup/managers?q={Uri.EscapeDataString(q)}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("value").GetString()!)];
        Assert.Equal(["李经理 (n2)"], await Looked("ljl"));
        Assert.Equal(["李经理 (n2)", "王经理 (n1)"], (await Looked("经理")).Order(StringComparer.Ordinal));
        Assert.Empty(await Looked("s1"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_of_one_name_are_told_apart_by_sign_in_name_or_employee_number(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = new List<long>();
        foreach (var (who, name) in new[] { ("n1", "甲公司"), ("n2", "乙公司"), ("s1", "丙公司") })
        {
            made.Add((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out _) ? customer.Id : 0);
        }

        var (n1, n2, s1) = (await app.ActorOf("n1"), await app.ActorOf("n2"), await app.ActorOf("s1"));
        await app.In(System, async db =>
        {
            await db.Set<User>().Where(u => u.Id == n1.UserId || u.Id == n2.UserId || u.Id == s1.UserId).ExecuteUpdateAsync(u => u.SetProperty(p => p.DisplayName, "王伟"), Ct);
            db.AddRange(new[] { n1, n2, s1 }.Select((a, i) => new CustomerGrant { CustomerId = made[i], UserId = a.UserId, Reason = "manager" }));
            db.Add(new Employee { Number = "80021", Name = "王伟", UnitId = n2.UnitId, UserId = n2.UserId });
            return await db.SaveChangesAsync(Ct);
        });
        using var north = await app.Api("north");
        Task<HttpResponseMessage> Asked(string filter) => north.GetAsync($"/api/v1/customers?filter={Uri.EscapeDataString(filter)}", Ct);
        async Task<string[]> Found(string filter) => [.. (await (await Asked(filter)).Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];

        Assert.Equal(["甲公司"], await Found("managedBy=n1"));
        Assert.Equal(["甲公司"], await Found("managedBy=王伟 (n1)"));
        Assert.Equal(["乙公司"], await Found("managedBy=王伟（N2）"));
        Assert.Equal(["乙公司"], await Found("managedBy=80021"));
        Assert.Empty(await Found("managedBy=李静 (n1)"));
        var refused = await Asked("managedBy=王伟");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var said = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Ct)).RootElement.ToString();
        Assert.Contains("n1", said, StringComparison.Ordinal);
        Assert.Contains("n2", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s1", said, StringComparison.Ordinal); // North does not see what that one manages.

        await app.In(System, db => db.Set<CustomerGrant>().Where(g => g.UserId == n2.UserId).ExecuteDeleteAsync(Ct));
        Assert.Equal(["甲公司"], await Found("managedBy=王伟")); // The only one of that name who manages anything here.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Accounts_are_looked_up_within_ones_own_units_alone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        async Task<string[]> Looked(string who, string q)
        {
            using var api = await app.Api(who);
            return [.. (await api.GetFromJsonAsync<JsonElement>($"/api/v1/lookup/accounts?q={q}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("hint").GetString()!).Order(StringComparer.Ordinal)];
        }

        Assert.Equal(["n1", "n2", "north"], await Looked("north", "n"));
        Assert.Equal(["n1"], await Looked("n1", ""));
        Assert.Empty(await Looked("n1", "s1"));
        Assert.Contains("s1", await Looked("group", "s1"));
    }
}
