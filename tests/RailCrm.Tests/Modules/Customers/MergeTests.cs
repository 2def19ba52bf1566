using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;

namespace RailCrm.Tests.Modules.Customers;

public sealed class MergeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Dictionary<string, long> Theirs(MergeScene scene) => new()
    {
        ["name"] = scene.Goes, ["creditCode"] = scene.Goes, ["unitId"] = scene.Goes, ["shareholders"] = scene.Goes, ["tags"] = 0, ["products"] = 0, ["mainStations"] = 0, ["sidings"] = 0,
    };

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_taken_back_leaves_every_row_as_it_was(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        foreach (var choices in new[] { [], Theirs(scene), new() { ["sidings"] = scene.Goes, ["products"] = scene.GoesToo, ["mainStations"] = scene.Stays, ["tags"] = scene.Goes } })
        {
            var before = await scene.Dump();
            var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes, scene.GoesToo }, choices });
            var merged = await scene.Dump();
            Assert.NotEqual(before["waybill_lines"], merged["waybill_lines"]);
            Assert.NotEqual(before["customer_contacts"], merged["customer_contacts"]);
            Assert.NotEqual(before["notes"], merged["notes"]);
            Assert.NotEqual(before["record_marks"], merged["record_marks"]);
            Assert.NotEqual(before["search"], merged["search"]);

            var undone = await scene.Undo(merge);

            Assert.Empty(undone.GetProperty("kept").EnumerateArray());
            MergeScene.Same(before, await scene.Dump());
            Assert.Equal((0, 0, 0), await scene.Differences());
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Everything_is_the_survivors_from_then_on_as_if_it_had_always_been(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var lines = await app.In(MergeScene.System, db => db.Set<WaybillLine>().CountAsync(Ct));

        await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes, scene.GoesToo }, choices = Theirs(scene) });

        Assert.Equal((0, 0, 0), await scene.Differences());
        await app.In(MergeScene.System, async db =>
        {
            var survivor = await db.Set<Customer>().Include(c => c.Shareholders).Include(c => c.Products).Include(c => c.MainStations).Include(c => c.Sidings).SingleAsync(c => c.Id == scene.Stays, Ct);
            Assert.Equal(("北方煤业股份有限公司", MergeScene.Code, "王伟", 80, ",煤,重点,电厂,"), (survivor.Name, survivor.CreditCode, survivor.LegalRepresentative, survivor.EmployeeCount, survivor.Tags));
            Assert.Equal("N2", await db.Set<OrgUnit>().Where(u => u.Id == survivor.UnitId).Select(u => u.Code).SingleAsync(Ct));
            Assert.Equal([4900, 5100], survivor.Shareholders.Select(s => s.ShareBasisPoints).Order());
            Assert.Equal(["原煤 5", "块煤 9", "焦炭 7"], survivor.Products.Select(p => $"{p.Name} {p.AnnualOutput}").Order(StringComparer.Ordinal));
            Assert.Equal([10L, 30L], survivor.MainStations.Select(s => s.YearlyTonnes!.Value).Order());
            Assert.Equal(2, survivor.Sidings.Count);
            Assert.Equal(lines, await db.Set<WaybillLine>().CountAsync(w => w.CustomerId == scene.Stays, Ct));
            var now = Month.Parse("2026-04");
            var from = now.Plus(-11);
            Assert.Equal(await db.Set<MonthlyFact>().Where(f => f.CustomerId == scene.Stays && f.Month >= from && f.Month <= now).SumAsync(f => f.RevenueFen, Ct), survivor.Trailing12RevenueFen);
            var people = await db.Set<Contact>().IgnoreQueryFilters().Where(k => k.CustomerId == scene.Stays).ToListAsync(Ct);
            Assert.Equal(5, people.Count);
            Assert.Equal(2, people.Count(k => k.MobileDigits == "13812345678"));
            Assert.Single(people, k => k.IsMain);
            Assert.Equal(1, await db.Set<Attachment>().CountAsync(a => a.CustomerId == scene.Stays, Ct));
            Assert.Equal(1, await db.Set<CustomerGrant>().CountAsync(g => g.CustomerId == scene.Stays, Ct));
            Assert.Equal(1, await db.Set<Customer>().CountAsync(c => c.ParentId == scene.Stays, Ct));
            Assert.Equal(3, await db.Set<AuditEntry>().CountAsync(a => a.Action == "merged" || a.Action == "merged_into", Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_came_later_stays_with_the_survivor_and_what_was_changed_since_is_kept_and_told(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = Theirs(scene) });
        await scene.Trade(("N", scene.Stays, 4));
        var gone = await app.In(MergeScene.System, db => db.Set<WaybillLine>().Where(w => w.ExternalNo == "V3" || w.ExternalNo == "V5").Select(w => w.Id).ToListAsync(Ct));
        Assert.Equal(2, await app.With<WaybillLedger, int>(MergeScene.System, l => l.Delete(gone, Ct)));
        (await scene.Api.PostAsJsonAsync($"/api/v1/customers/{scene.Stays}/contacts", new { name = "新人" }, Ct)).EnsureSuccessStatusCode();
        var input = await app.In(MergeScene.System, async db => CustomerRules.Of(await db.Set<Customer>().SingleAsync(c => c.Id == scene.Stays, Ct)));
        (input.Name, input.EmployeeCount) = ("北方煤业新名称有限公司", 81);
        Assert.Null((await app.With<SaveCustomer, Result<Customer>>(MergeScene.System, s => s.Run(scene.Stays, null, input, Ct))).Refusal);

        var undone = await scene.Undo(merge);

        Assert.Equal(["EmployeeCount", "Name"], undone.GetProperty("kept").EnumerateArray().Select(f => f.GetString()).Order(StringComparer.Ordinal));
        Assert.Equal((0, 0, 0), await scene.Differences());
        await app.In(MergeScene.System, async db =>
        {
            var survivor = await db.Set<Customer>().SingleAsync(c => c.Id == scene.Stays, Ct);
            Assert.Equal(("北方煤业新名称有限公司", CompanyName.Normalised("北方煤业新名称有限公司"), 81, null), (survivor.Name, survivor.NormalizedName, survivor.EmployeeCount, survivor.CreditCode));
            Assert.Equal(MergeScene.Code, await db.Set<Customer>().Where(c => c.Id == scene.Goes).Select(c => c.CreditCode).SingleAsync(Ct));
            Assert.Equal(13, await db.Set<WaybillLine>().CountAsync(w => w.CustomerId == scene.Stays, Ct));
            Assert.Equal(12, await db.Set<WaybillLine>().CountAsync(w => w.CustomerId == scene.Goes, Ct));
            Assert.Equal(["新人", "李娜"], (await db.Set<Contact>().Where(k => k.CustomerId == scene.Stays).Select(k => k.Name).ToListAsync(Ct)).Order(StringComparer.Ordinal));
            Assert.Equal(["李娜"], await db.Set<Contact>().Where(k => k.CustomerId == scene.Goes && k.IsMain).Select(k => k.Name).ToListAsync(Ct));
            return 0;
        });
        using var again = await scene.Api.PostAsync(new Uri($"/api/v1/customers/merges/{merge}/undo", UriKind.Relative), null, Ct);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Versions_and_replies_that_came_since_go_home_with_the_file_and_the_note(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        var (file, note) = await app.In(MergeScene.System, async db => (await db.Set<Attachment>().Select(a => a.Id).SingleAsync(Ct), await db.Set<Note>().OrderBy(n => n.Id).Select(n => n.Id).FirstAsync(Ct)));
        using (var form = new MultipartFormDataContent { { new ByteArrayContent("%PDF-1.7\nneu"u8.ToArray()), "file", "合同.pdf" } })
        {
            (await scene.Api.PostAsync(new Uri($"/api/v1/customers/{scene.Stays}/attachments?of={file}", UriKind.Relative), form, Ct)).EnsureSuccessStatusCode();
        }

        (await scene.Api.PostAsJsonAsync($"/api/v1/customers/{scene.Stays}/notes", new { text = "后来的回复", replyTo = note }, Ct)).EnsureSuccessStatusCode();

        await scene.Undo(merge);

        await app.In(MergeScene.System, async db =>
        {
            Assert.Equal([scene.Goes, scene.Goes, scene.Goes], [.. await db.Set<AttachmentVersion>().Where(v => v.AttachmentId == file).Select(v => v.CustomerId).ToListAsync(Ct), await db.Set<Attachment>().Where(a => a.Id == file).Select(a => a.CustomerId).SingleAsync(Ct)]);
            Assert.Equal(scene.Goes, await db.Set<Note>().Where(n => n.ParentId == note).Select(n => n.CustomerId).SingleAsync(Ct));
            return 0;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merge_is_refused_when_something_is_wrong_and_then_nothing_changes(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        using var n1 = await app.Api("n1");
        using var s1 = await app.Api("s1");
        using var auditor = await app.Api("auditor");
        var below = await MergeScene.Create(scene.Api, new { name = "孙公司", parentId = scene.Goes });
        var top = await MergeScene.Create(scene.Api, new { name = "另一家", parentId = below });
        var before = await scene.Dump();

        async Task<(HttpStatusCode, string)> Try(HttpClient api, object body)
        {
            using var answer = await api.PostAsJsonAsync("/api/v1/customers/merge", body, Ct);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            return (answer.StatusCode, text.Contains("\"code\"", StringComparison.Ordinal) ? JsonDocument.Parse(text).RootElement.GetProperty("code").GetString()! : "");
        }

        Assert.Equal((HttpStatusCode.BadRequest, "merge.how_many"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = Array.Empty<long>() }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.how_many"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Stays } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.how_many"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { 901, 902, 903, 904, 905 } }));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { 999_999 } }));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Try(n1, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } }));
        Assert.Equal((HttpStatusCode.NotFound, "common.not_found"), await Try(s1, new { survivorId = scene.Goes, loserIds = new[] { scene.Stays } }));
        Assert.Equal(HttpStatusCode.Forbidden, (await Try(auditor, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } })).Item1);
        var own = await MergeScene.Create(s1, new { name = "南方自己的" });
        before = await scene.Dump();
        Assert.Equal((HttpStatusCode.Forbidden, "merge.unit_outside"), await Try(s1, new { survivorId = own, loserIds = new[] { scene.Goes } })); // Shared to s1 for reading.
        Assert.Equal((HttpStatusCode.PreconditionFailed, "common.stale"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, versions = new Dictionary<string, int> { [$"{scene.Goes}"] = 99 } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new { name = 0 } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new { tier = scene.Goes } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.choice_unknown"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new { name = own } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.shares_over"), await Try(scene.Api, new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new { shareholders = 0 } }));
        Assert.Equal((HttpStatusCode.BadRequest, "merge.parent_ring"), await Try(scene.Api, new { survivorId = top, loserIds = new[] { scene.Goes }, choices = new { parentId = top } }));
        MergeScene.Same(before, await scene.Dump());
        Assert.False(await app.In(MergeScene.System, db => db.Set<CustomerMerge>().AnyAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_parent_that_becomes_part_of_its_child_is_replaced_by_its_own_parent(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var child = await MergeScene.Create(scene.Api, new { name = "下级公司", parentId = scene.Goes });
        var before = await scene.Dump();

        var merge = await scene.Merge(new { survivorId = child, loserIds = new[] { scene.Goes } });

        Assert.Null(await app.In(MergeScene.System, db => db.Set<Customer>().Where(c => c.Id == child).Select(c => c.ParentId).SingleAsync(Ct)));
        await scene.Undo(merge);
        MergeScene.Same(before, await scene.Dump());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Merges_on_top_of_each_other_are_taken_back_from_the_last(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        var before = await scene.Dump();
        var first = await scene.Merge(new { survivorId = scene.Goes, loserIds = new[] { scene.GoesToo } });
        var between = await scene.Dump();
        var second = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });

        using var early = await scene.Api.PostAsync(new Uri($"/api/v1/customers/merges/{first}/undo", UriKind.Relative), null, Ct);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Equal(scene.Stays, await app.In(await app.ActorOf("north"), async db => (await MergedInto.Of(db, scene.GoesToo, Ct))?.Id));
        await scene.Undo(second);
        MergeScene.Same(between, await scene.Dump());
        await scene.Undo(first);
        MergeScene.Same(before, await scene.Dump());
        Assert.Equal((0, 0, 0), await scene.Differences());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_repeated_request_merges_once_and_after_thirty_days_it_stands(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await MergeScene.Make(app);
        scene.Api.DefaultRequestHeaders.Add("Idempotency-Key", "m1");
        var body = new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } };
        var merge = await scene.Merge(body);
        Assert.Equal(merge, await scene.Merge(body));
        scene.Api.DefaultRequestHeaders.Remove("Idempotency-Key");
        app.Later(CustomerMerge.Undoable + TimeSpan.FromMinutes(1));

        using var late = await (await app.Api("north")).PostAsync(new Uri($"/api/v1/customers/merges/{merge}/undo", UriKind.Relative), null, Ct);

        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal(1, await app.In(MergeScene.System, db => db.Set<CustomerMerge>().CountAsync(Ct)));
    }
}
