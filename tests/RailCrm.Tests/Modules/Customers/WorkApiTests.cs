using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Work on many rows, ordered, followed and taken back through the API.</summary>
public sealed class WorkApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Orders a work, waits for it, and tells its address and counts.</summary>
    private static async Task<(string Path, int Done, int Same, int Refused)> Done(CrmApp app, HttpClient client, string path, object? order)
    {
        var started = await ApiScene.Ask(client, "POST", path, order);
        Assert.True(started.Status == HttpStatusCode.Accepted, started.Body.ToString());
        var id = started.Body.GetProperty("id").GetInt64();
        await app.Ended(id);
        var work = path.EndsWith("/undo", StringComparison.Ordinal) ? $"{string.Join('/', path.Split('/')[..^2])}/{id}" : $"{path}/{id}";
        var now = (await ApiScene.Ask(client, "GET", work)).Body;
        Assert.Equal("completed", now.GetProperty("state").GetString());
        int Count(string outcome) => now.GetProperty("counts").TryGetProperty(outcome, out var count) ? count.GetInt32() : 0;
        Assert.Equal(now.GetProperty("rowsTotal").GetInt64(), now.GetProperty("rowsDone").GetInt64());
        return (work, Count("done"), Count("same"), Count("refused"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_a_filter_leaves_is_changed_told_row_by_row_and_taken_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        var other = await ApiScene.Customer(app, "s1", "南方甲公司");
        using var n1 = await app.Api("n1");
        Task<List<string?>> Tags() => app.In(Actor.System("test"), db => db.Set<Customer>().OrderBy(c => c.Id).Select(c => c.Tags).ToListAsync(Ct));

        var work = await Done(app, n1, "/customers/works", new { act = "tag", value = "重点", all = true, filter = "name~甲" });
        Assert.Equal((1, 0, 0), (work.Done, work.Same, work.Refused));
        Assert.Equal([",重点,", null, null], (await Tags()).Select(t => string.IsNullOrEmpty(t) ? null : t));
        var row = Assert.Single((await ApiScene.Ask(n1, "GET", $"{work.Path}/rows")).Body.GetProperty("items").EnumerateArray());
        Assert.Equal((scene.First, "甲公司", "done"), (row.GetProperty("id").GetInt64(), row.GetProperty("name").GetString(), row.GetProperty("outcome").GetString()));
        Assert.Empty((await ApiScene.Ask(n1, "GET", $"{work.Path}/rows?outcome=refused")).Body.GetProperty("items").EnumerateArray());

        Assert.Equal(1, (await Done(app, n1, $"{work.Path}/undo", null)).Done);
        Assert.All(await Tags(), t => Assert.True(string.IsNullOrEmpty(t)));
        Assert.Equal(HttpStatusCode.Conflict, (await ApiScene.Ask(n1, "POST", $"{work.Path}/undo")).Status);
        JsonElement[] listed = [.. (await ApiScene.Ask(n1, "GET", "/customers/works")).Body.GetProperty("items").EnumerateArray()];
        Assert.Equal(2, listed.Length);
        Assert.Equal((listed[0].GetProperty("id").GetInt64(), false), (listed[1].GetProperty("undoneBy").GetInt64(), listed[1].GetProperty("canUndo").GetBoolean()));
        Assert.Equal(1, listed[1].GetProperty("counts").GetProperty("done").GetInt32());
        Assert.Empty((await ApiScene.Ask(n1, "GET", "/contacts/works")).Body.GetProperty("items").EnumerateArray());

        var many = await Done(app, n1, "/customers/works", new { act = "edit", field = "sizeClass", value = "small", ids = new[] { scene.First, scene.Second, other } });
        Assert.Equal((2, 1), (many.Done, many.Refused)); // The stranger's is not there.
        var first = (await ApiScene.Ask(n1, "GET", $"{many.Path}/rows?limit=2")).Body;
        var rest = (await ApiScene.Ask(n1, "GET", $"{many.Path}/rows?limit=2&cursor={first.GetProperty("nextCursor").GetString()}")).Body;
        Assert.Equal([scene.First, scene.Second, other], ApiScene.Ids(first).Concat(ApiScene.Ids(rest)).Order());
        Assert.Null(Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Contacts_and_lines_go_into_the_bin_and_come_back_out_of_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        Task<(int, int, int)> Living() => app.In(Actor.System("test"), async db => (await db.Set<Customer>().CountAsync(Ct), await db.Set<Contact>().CountAsync(Ct), await db.Set<WaybillLine>().CountAsync(Ct)));

        Assert.Equal(2, (await Done(app, n1, "/contacts/works", new { act = "bin", all = true })).Done);
        var gone = await Done(app, n1, "/waybills/works", new { act = "delete", ids = new[] { scene.Line } });
        Assert.Equal(2, (await Done(app, n1, "/customers/works", new { act = "bin", all = true })).Done);
        Assert.Equal((0, 0, 0), await Living());

        Assert.Equal(2, (await Done(app, n1, "/customers/bin/works", new { act = "restore", all = true })).Done);
        Assert.Equal(1, (await Done(app, n1, "/contacts/bin/works", new { act = "restore", ids = new[] { scene.Contact } })).Done);
        Assert.Equal(1, (await Done(app, n1, $"{gone.Path}/undo", null)).Done);
        Assert.Equal((2, 1, 1), await Living());
        Assert.Equal(1, (await Done(app, n1, "/waybills/works", new { act = "edit", field = "note", value = "新话", all = true, q = "YD" })).Done);
        Assert.Equal("新话", (await ApiScene.Ask(n1, "GET", $"/waybills/{scene.Line}")).Body.GetProperty("note").GetString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_order_that_is_wrong_says_in_which_field_and_none_is_made(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        long[] ids = [scene.First];
        foreach (var (path, order, field) in new (string, object, string)[]
        {
            ("/customers/works", new { act = "nonsense", ids }, "act"), ("/customers/works", new { act = "merge", ids }, "act"), ("/customers/works", new { ids }, "act"), ("/customers/works", new { act = "bin" }, "ids"),
            ("/customers/works", new { act = "bin", filter = "tier=large" }, "all"), ("/customers/works", new { act = "bin", all = true, ids }, "ids"), ("/customers/works", new { act = "bin", all = true, filter = "nonsense" }, "filter"),
            ("/customers/works", new { act = "bin", all = true, filter = "name~甲\u0000" }, "filter"), ("/customers/works", new { act = "bin", all = true, q = "甲\u0000" }, "q"), ("/customers/works", new { act = "bin", all = true, filter = ";" }, "filter"),
            ("/customers/works", new { act = "bin", all = true, q = "" }, "q"), ("/customers/works", new { act = "bin", all = true, view = "4711" }, "view"), ("/customers/works", new { act = "bin", ids = Enumerable.Range(1, 1_001) }, "ids"),
            ("/customers/works", new { act = "edit", ids, field = "nonsense", value = "x" }, "field"), ("/customers/works", new { act = "edit", ids, field = "sizeClass" }, "value"), ("/customers/works", new { act = "edit", ids, field = "sizeClass", value = "nonsense" }, "value"),
            ("/contacts/works", new { act = "edit", ids, field = "active", value = "nonsense" }, "value"), ("/waybills/works", new { act = "edit", ids, field = "date", value = "nonsense" }, "value"), ("/waybills/bin/works", new { act = "edit", ids }, "act"),
        })
        {
            var refused = await ApiScene.Ask(n1, "POST", path, order);
            Assert.True(refused.Status == HttpStatusCode.BadRequest && ApiScene.Wrong(refused.Body).SequenceEqual([field]), $"{path} {JsonSerializer.Serialize(order)}: {refused.Status} {refused.Body}");
        }

        var wrong = (await ApiScene.Ask(n1, "POST", "/customers/works", new { act = "bin", all = true, filter = "nosuch=1" })).Body;
        Assert.NotEmpty(ApiScene.Wrong(wrong));
        Assert.Equal(0, await app.In(Actor.System("test"), db => db.Set<Job>().CountAsync(j => j.Kind == WorkOnRows.Kind, Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task An_order_sent_twice_is_one_seen_by_nobody_else_and_refused_to_whoever_may_not_do_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ApiScene.Fill(app);
        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        using var reader = await app.Api("n1", "read");
        using var auditor = await app.Api("auditor");
        var order = new { act = "star", ids = new[] { scene.First } };

        var once = (await ApiScene.Ask(n1, "POST", "/customers/works", order, key: "w")).Body.GetProperty("id").GetInt64();
        Assert.Equal(once, (await ApiScene.Ask(n1, "POST", "/customers/works", order, key: "w")).Body.GetProperty("id").GetInt64());
        Assert.Equal(HttpStatusCode.Conflict, (await ApiScene.Ask(n1, "POST", "/customers/works", new { act = "bin", ids = new[] { scene.First } }, key: "w")).Status);
        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<Job>().CountAsync(j => j.Kind == WorkOnRows.Kind, Ct)));
        await app.Ended(once);

        foreach (var path in new[] { $"/customers/works/{once}", $"/customers/works/{once}/rows" })
        {
            Assert.Equal(HttpStatusCode.OK, (await ApiScene.Ask(n1, "GET", path)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(north, "GET", path)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(n1, "GET", path.Replace("customers", "contacts", StringComparison.Ordinal))).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await ApiScene.Ask(north, "POST", $"/customers/works/{once}/undo")).Status);
        Assert.Empty((await ApiScene.Ask(north, "GET", "/customers/works")).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", "/customers/works", order)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(reader, "POST", $"/customers/works/{once}/undo")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(auditor, "POST", "/customers/works", order)).Status);
        foreach (var bin in new[] { "/customers/bin", "/contacts/bin", "/waybills/bin" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await ApiScene.Ask(n1, "POST", $"{bin}/works", new { act = "remove", all = true })).Status);
        }

        Assert.Equal(["outcome"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/customers/works/{once}/rows?outcome=nonsense")).Body));
        Assert.Equal(["cursor"], ApiScene.Wrong((await ApiScene.Ask(n1, "GET", $"/customers/works/{once}/rows?cursor=nonsense")).Body));
    }
}
