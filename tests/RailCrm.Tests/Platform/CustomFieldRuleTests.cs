using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.CustomFieldKeptTests;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>What a field may be, who is told of it, and how lists read it.</summary>
public sealed class CustomFieldRuleTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<string> Refused(CrmApp app, CustomKind kind, Action<SaveCustomField.Input> more)
    {
        var input = new SaveCustomField.Input { List = "customers", Kind = kind, Name = "某字段" };
        more(input);
        var refusal = (await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("admin"), s => s.Run(null, null, input, Ct))).Refusal;
        return refusal switch { Refusal.InvalidMany many => string.Join(' ', many.Errors.Select(e => $"{e.Field} {e.Code}")), Refusal.Invalid one => $"{one.Field} {one.Code}", null => "", _ => refusal.Code };
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_no_engine_could_keep_or_nobody_could_fill_in_is_refused(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        Assert.Equal("Required fields.required_file", await Refused(app, CustomKind.File, f => f.Required = true));
        foreach (var options in new[] { "甲、乙", "甲，乙", "甲;乙", "甲；乙", "甲|a; b" })
        {
            Assert.Equal("Options fields.options_wrong", await Refused(app, CustomKind.Choices, f => f.Options = options));
        }

        Assert.Equal("", await Refused(app, CustomKind.Choice, f => f.Options = "甲、乙|a; b"));
        Assert.Equal("Roles fields.role_unknown", await Refused(app, CustomKind.Text, f => (f.Name, f.Roles) = ("乙", [1, 987_654])));
        var roles = await app.In(System, async db =>
        {
            db.AddRange(Enumerable.Range(0, 400).Select(n => new Role { Name = $"角色{n}", NormalizedName = $"角色{n}" }));
            await db.SaveChangesAsync(Ct);
            return await db.Set<Role>().Select(r => r.Id).ToListAsync(Ct);
        });
        Assert.Equal("Roles fields.roles_many", await Refused(app, CustomKind.Text, f => (f.Name, f.Roles) = ("丙", roles)));
        List<string> options200 = [.. Enumerable.Range(0, 200).Select(n => $"{n:000}{new string('长', 90)}")];
        var decides = await Define(app, CustomKind.Choice, "选项", f => f.Options = string.Join('\n', options200));
        Assert.Equal("WhenField fields.when_long", await Refused(app, CustomKind.Text, f => (f.Name, f.WhenField, f.WhenValues) = ("丁", CustomValue.Name(decides), [.. options200.Take(30)])));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task More_than_a_record_holds_of_own_fields_is_refused_by_name(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var options = string.Join('\n', Enumerable.Range(0, 200).Select(n => $"{n:000}{new string('长', 97)}"));
        for (var n = 1; n <= 6; n++)
        {
            await Define(app, CustomKind.Choices, $"字段{n}", f => (f.Options, f.Indexed) = (options, false));
        }

        var all = options.Replace('\n', ',');
        var made = await Saved(app, "n1", "甲公司", Enumerable.Range(1, 4).ToDictionary(n => $"x_ziduan{n}", n => (string?)all));
        var refused = Assert.IsType<Refusal.InvalidMany>((await Save(app, "n1", "甲公司", Enumerable.Range(1, 6).ToDictionary(n => $"x_ziduan{n}", n => (string?)all), made.Id)).Refusal);
        Assert.Equal(["Custom.x_ziduan5 fields.all_long"], refused.Errors.Select(e => $"{e.Field} {e.Code}"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_API_tells_the_roles_of_a_field_and_leaves_them_where_they_are_not_said(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var admin = await app.ActorOf("admin");
        var field = await Define(app, CustomKind.Text, "内部评语", f => f.Roles = [.. admin.Roles]);
        using var api = await app.Api("admin");
        async Task<JsonNode> Put(JsonNode body)
        {
            using var answer = await api.PutAsJsonAsync($"/api/v1/fields/{field.Id}", body, Ct);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
            return (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
        }

        Task<string?> Stored() => app.In(System, db => db.Set<CustomField>().Where(f => f.Id == field.Id).Select(f => f.Roles).SingleAsync(Ct));

        var told = (await api.GetFromJsonAsync<JsonNode>("/api/v1/fields?list=customers", Ct))!["items"]![0]!;
        Assert.Equal(admin.Roles.Order(), told["roles"]!.AsArray().Select(r => r!.GetValue<long>()));
        foreach (var own in new[] { "id", "ready", "version" })
        {
            told.AsObject().Remove(own); // What a change does not take.
        }

        told["name"] = "内部评语二";
        await Put(told);
        Assert.Equal(field.Roles, await Stored());
        told.AsObject().Remove("roles");
        Assert.Equal("内部评语二", (string?)(await Put(told))["name"]);
        Assert.Equal(field.Roles, await Stored());
        told["roles"] = new JsonArray();
        await Put(told);
        Assert.Null(await Stored());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_is_taken_back_as_the_API_told_it_and_stays_what_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Choice, "煤种", f => (f.Options, f.EnglishName, f.Help, f.Section) = ("动力煤|Steam coal\n焦煤", "Coal", "按合同填写", "货物"));
        await Define(app, CustomKind.Money, "保证金", f => (f.WhenField, f.WhenValues, f.Roles) = ("Custom.x_meizhong", ["焦煤"], []));
        using var api = await app.Api("admin");
        async Task<JsonArray> All() => (await api.GetFromJsonAsync<JsonNode>("/api/v1/fields?list=customers", Ct))!["items"]!.AsArray();

        var told = await All();
        foreach (var field in told)
        {
            using var answer = await api.PutAsJsonAsync($"/api/v1/fields/{field!["id"]}", field, Ct);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ct));
        }

        Assert.Equal(told.ToJsonString(), (await All()).ToJsonString());
        var (stale, other) = (told[0]!.DeepClone(), told[0]!.DeepClone());
        (stale["version"], other["id"]) = (told[0]!["version"]!.GetValue<int>() + 1, told[1]!["id"]!.GetValue<long>());
        using var late = await api.PutAsJsonAsync($"/api/v1/fields/{told[0]!["id"]}", stale, Ct);
        using var wrong = await api.PutAsJsonAsync($"/api/v1/fields/{told[0]!["id"]}", other, Ct);
        Assert.Equal((HttpStatusCode.PreconditionFailed, HttpStatusCode.BadRequest), (late.StatusCode, wrong.StatusCode));
        Assert.Equal(told.ToJsonString(), (await All()).ToJsonString());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_role_without_any_permission_shows_the_fields_that_it_was_made_for(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var before = await app.ActorOf("n1");
        var role = new Role { Name = "评级", NormalizedName = "评级" };
        await app.In(System, async db =>
        {
            db.Add(role);
            await db.SaveChangesAsync(Ct);
            db.Add(new IdentityUserRole<long> { UserId = before.UserId, RoleId = role.Id });
            return await db.SaveChangesAsync(Ct);
        });
        await Define(app, CustomKind.Text, "评级", f => f.Roles = [role.Id]);
        var now = await app.ActorOf("n1");
        Assert.Equal(before.Permissions.Order(), now.Permissions.Order());
        Assert.Equal(["x_pingji"], app.Services.GetRequiredService<CustomFields>().Of("customers", now).Select(f => f.Key));
        Assert.Empty(app.Services.GetRequiredService<CustomFields>().Of("customers", before));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_one_batch_did_not_find_the_next_one_may(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Customer, "介绍人", list: "waybills");
        await app.In(await app.ActorOf("n1"), async db =>
        {
            var batch = new CustomBatch(db, app.Services.GetRequiredService<CustomFields>(), "waybills", "source || '\n' || external_no");
            async Task<int> Errors() => (await batch.Read([new(new Dictionary<string, string?> { ["x_jieshaoren"] = "后来公司" }, 0, "a\nb")], Ct))[0].Errors.Count;
            Assert.Equal(1, await Errors());
            await Saved(app, "n1", "后来公司", []);
            Assert.Equal(0, await Errors());
            return 0;
        });
    }

    /// <summary>The statements of this process that speak of something.</summary>
    private sealed class Statements(string of) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> All { get; } = new();

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandEventData { Command.CommandText: var text } && text.Contains(of, StringComparison.Ordinal))
            {
                All.Enqueue(text);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Groups_by_an_own_choice_are_not_read_along_an_index_that_lacks_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Choice, "分组用", f => f.Options = "甲\n乙");
        foreach (var (name, value) in new[] { ("一公司", "甲"), ("二公司", "甲"), ("三公司", "乙") })
        {
            await Saved(app, "n1", name, new() { ["x_fenzuyong"] = value });
        }

        var seen = new Statements("x_fenzuyong");
        using var listening = DiagnosticListener.AllListeners.Subscribe(seen);
        foreach (var who in new[] { "group", "north", "n1" })
        {
            var actor = await app.ActorOf(who);
            var list = new CustomerList(app.Services.GetRequiredService<CustomFields>(), new() { Actor = actor });
            foreach (var filter in new[] { "", "tier=prospective,small" })
            {
                Assert.True(View.TryRead(list, [new("filter", filter)], out var view));
                Assert.True((await app.In(actor, db => list.Groups(db, view, list.Find("x_fenzuyong")!, Ct))).TryGet(out var groups, out _));
                Assert.Equal([("甲", 2L), ("乙", 1L)], groups.Select(g => (g.Text, g.Count)));
            }
        }

        var grouped = seen.All.Where(s => s.Contains("GROUP BY", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(grouped);
        Assert.All(grouped, s => Assert.DoesNotContain("INDEXED BY", s, StringComparison.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_beginning_finds_what_goes_on_with_a_rare_character(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "备注码");
        var made = await Saved(app, "n1", "甲公司", new() { ["x_beizhuma"] = "王𠮷堂" });
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(made.Id, null, null, new() { Name = "王𠮷" }, Ct))).Refusal);
        await app.In(System, async db =>
        {
            db.Add(new Station { TelegraphCode = "WJZ", Name = "王𠮷", PinyinCode = "wj", Pinyin = "wangji" });
            return await db.SaveChangesAsync(Ct);
        });
        using var api = await app.Api("n1");
        Assert.Equal(["甲公司"], await Names(api, $"filter={Uri.EscapeDataString("x_beizhuma~王")}"));
        using var browser = await app.SignedIn("n1");
        Assert.Contains("王𠮷", WebUtility.HtmlDecode(await browser.GetStringAsync($"/contacts?filter={Uri.EscapeDataString("name~王")}", Ct)), StringComparison.Ordinal);
        Assert.Equal("王𠮷", (await app.With<FindStations, IReadOnlyList<FindStations.Item>>(System, f => f.Run("王", 5, Ct)))[0].Name);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_inbox_tells_only_of_fields_that_ones_roles_show_and_by_what_they_are_called(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var outlet = await app.In(System, db => db.Set<Role>().Where(r => r.Name == "outlet").Select(r => r.Id).SingleAsync(Ct));
        await Define(app, CustomKind.Text, "内部评语", f => f.Roles = [outlet]);
        await Define(app, CustomKind.Text, "备注码");
        var made = await Saved(app, "n1", "甲公司", []);
        var north = await app.ActorOf("north");
        await app.In(System, async db =>
        {
            db.Add(new RecordMark { UserId = north.UserId, Mark = RecordMark.Follow, CustomerId = made.Id, RecordKind = RecordKind.Customer, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        using var api = await app.Api("north");
        using var browser = await app.SignedIn("north");
        async Task<string[]> Told() => [.. (await api.GetFromJsonAsync<JsonNode>("/api/v1/inbox", Ct))!["items"]!.AsArray().Select(l => (string)l!["detail"]!)];

        await Saved(app, "n1", "甲公司", new() { ["x_neibupingyu"] = "谨慎" }, made.Id);
        Assert.Equal(1, await app.In(System, db => db.Set<InboxLine>().CountAsync(Ct)));
        Assert.Empty(await Told());
        Assert.Equal(0, await app.With<ReadInbox, int>(north, r => r.Unread(Ct)));
        Assert.DoesNotContain("x_neibupingyu", await browser.GetStringAsync("/inbox", Ct), StringComparison.Ordinal);

        await Saved(app, "n1", "甲公司", new() { ["x_neibupingyu"] = "很谨慎", ["x_beizhuma"] = "A" }, made.Id);
        Assert.Equal(["Custom.x_beizhuma"], await Told());
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/inbox", Ct));
        Assert.Contains("备注码", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Custom.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("内部评语", page, StringComparison.Ordinal);
    }
}
