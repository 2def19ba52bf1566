using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Tests.Modules.Exchange;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>What a role may do with fields: everywhere the same, however a record is told.</summary>
public sealed class FieldRightsTests
{
    private static readonly Actor System = Actor.System("test");

    /// <summary>Parts of the values that no mask tells.</summary>
    private static readonly string[] Canaries = ["98765", "559911", "448822", "canaryperson", "wxcanary", "金丝雀"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<int> Rule(CrmApp app, string role, FieldRight right) => app.In(System, db => db.Set<Role>().Where(r => r.Name == role)
        .ExecuteUpdateAsync(s => s.SetProperty(r => r.Fields, FieldRights.Write(RuledField.All.ToDictionary(f => f, f => f.Rights.Contains(right) ? right : FieldRight.Hidden))), Ct));

    private static async Task<string> Got(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative), Ct);
        return $"{(int)answer.StatusCode} {WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct))}";
    }

    private static async Task<HttpResponseMessage> Post(HttpClient browser, string page, string address, Dictionary<string, string> fields)
    {
        fields["__RequestVerificationToken"] = Regex.Match(await browser.GetStringAsync(new Uri(page, UriKind.Relative), Ct), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(new Uri(address, UriKind.Relative), form, Ct);
    }

    /// <summary>A file as text: what is packed, unpacked.</summary>
    private static async Task<string> Taken(HttpClient browser, string page, string address, string format)
    {
        using var answer = await Post(browser, page, address, new() { ["format"] = format });
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address} {format} {answer.StatusCode}");
        var text = new StringBuilder();
        void Add(byte[] bytes)
        {
            if (bytes is [(byte)'P', (byte)'K', ..])
            {
                using var zip = new ZipArchive(new MemoryStream(bytes));
                foreach (var entry in zip.Entries)
                {
                    using var copy = new MemoryStream();
                    using (var stream = entry.Open())
                    {
                        stream.CopyTo(copy);
                    }

                    Add(copy.ToArray());
                }
            }
            else
            {
                text.Append(Encoding.UTF8.GetString(bytes));
            }
        }

        Add(await answer.Content.ReadAsByteArrayAsync(Ct));
        return Regex.Replace(text.ToString(), "<[^>]+>", "");
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_right_holds_in_list_record_search_filter_history_export_import_api_and_print_alike(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", new() { Name = "甲公司", Phone = "021-5599119955", LegalRepresentative = "金丝雀法人", BusinessAddress = "金丝雀路 1 号", CompanyProfile = "金丝雀简介" });
        var person = await Person(app, "n1", customer.Id, new() { Name = "王伟", Mobile = "13800000001", Phone = "010-4488224411", Email = "canaryperson@example.cn", WeChat = "wxcanary1", Competence = "金丝雀能力", Attitude = Attitude.Supporter, Customs = "金丝雀习俗" });
        var input = SaveContact.Said(person);
        input.Mobile = "13987654321";
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(customer.Id, person.Id, null, input, Ct))).Refusal); // Its history tells both numbers.
        using var browser = await app.SignedIn("n1");
        using var api = await app.Api("n1");
        var (one, here) = ($"/customers/{customer.Id}", $"/customers/{customer.Id}/contacts");
        string[] pages =
        [
            "/contacts?columns=name,mobile,phone,email,weChat,competence,attitude,customs", "/customers?columns=name,phone,legalRepresentative,businessAddress", one, $"{one}/edit", $"{one}/history", $"{one}/print", here, $"{here}/map", $"{here}/{person.Id}", $"{here}/{person.Id}/edit", $"{here}/{person.Id}/history",
            $"/customers/merge?ids={customer.Id}", $"/contacts/merge?ids={person.Id}", "/search?q=%E7%8E%8B%E4%BC%9F", "/search?q=%E7%94%B2%E5%85%AC%E5%8F%B8",
        ];
        string[] calls =
        [
            "/api/v1" + one, "/api/v1/customers", "/api/v1" + here, $"/api/v1{here}/{person.Id}", "/api/v1/contacts", $"/api/v1{one}/history", $"/api/v1{here}/{person.Id}/history", $"/api/v1{here}/{person.Id}/card", "/api/v1/palette?q=%E7%8E%8B%E4%BC%9F", "/api/v1/lookup/contacts?q=%E7%8E%8B%E4%BC%9F",
            $"/api/v1/contacts/duplicates?name=%E7%8E%8B%E4%BC%9F&customer={customer.Id}",
        ];

        foreach (var right in new[] { FieldRight.See, FieldRight.Masked, FieldRight.Hidden })
        {
            await Rule(app, "outlet", right);
            var told = new List<(string Where, string Text)>();
            foreach (var page in pages)
            {
                told.Add((page, await Got(browser, page)));
            }

            foreach (var call in calls)
            {
                told.Add((call, await Got(call.EndsWith("/card", StringComparison.Ordinal) || call.Contains("/lookup/", StringComparison.Ordinal) || call.Contains("/palette", StringComparison.Ordinal) ? browser : api, call)));
            }

            foreach (var (page, address, format) in new[] { ("/contacts", "/contacts/export", "csv"), ("/customers", "/customers/export", "csv"), ("/contacts", "/lists/contacts/export?columns=name,mobile,email,weChat,competence", "xlsx"), ("/customers", "/lists/customers/export?columns=name,phone,legalRepresentative", "csv"), ($"{one}/print", $"{one}/dossier", "docx"), ($"{one}/print", $"{one}/dossier", "zip") })
            {
                told.Add(($"{address} {format}", await Taken(browser, page, address, format)));
            }

            Assert.DoesNotContain(told, t => t.Text.StartsWith('5'));
            var leaks = told.SelectMany(t => Canaries.Where(c => t.Text.Contains(c, StringComparison.Ordinal)).Select(c => $"{right}: {t.Where} tells {c}")).ToList();
            if (right == FieldRight.See)
            {
                Assert.Equal(Canaries.Length, Canaries.Count(c => leaks.Exists(l => l.EndsWith(c, StringComparison.Ordinal))));
                Assert.All(new[] { pages[0], pages[1], $"{one}/print", $"/api/v1{here}/{person.Id}", "/api/v1/palette?q=%E7%8E%8B%E4%BC%9F", "/contacts/export csv", $"{one}/dossier docx" }, where => Assert.Contains(leaks, l => l.Contains($": {where} ", StringComparison.Ordinal))); // The proof would find something.
            }
            else
            {
                Assert.Empty(leaks);
                Assert.Equal(right == FieldRight.Masked, told.Exists(t => t.Text.Contains("139****4321", StringComparison.Ordinal)));
                Assert.Equal(right == FieldRight.Masked, told.Exists(t => t.Text.Contains("c****@example.cn", StringComparison.Ordinal)));
            }

            // Found by a part by whoever sees it, by the whole where it is masked, by nothing where it is hidden.
            async Task<int> Count(string address) => await Got(api, address) is ['2', '0', '0', ' ', .. var json] ? JsonDocument.Parse(json).RootElement.GetProperty("items").GetArrayLength() : -1;
            var (part, whole) = (right == FieldRight.See ? 1 : 0, right == FieldRight.Hidden ? 0 : 1);
            Assert.Equal((part, whole, part, whole, part), (await Count("/api/v1/contacts?q=1398765"), await Count("/api/v1/contacts?q=13987654321"), await Count("/api/v1/customers?q=1398765"), await Count("/api/v1/customers?q=13987654321"), await Count("/api/v1/customers?q=02155991")));
            Assert.Equal(part == 1, (await Got(browser, "/api/v1/palette?q=1398765")).Contains("王伟", StringComparison.Ordinal));
            Assert.Equal(whole == 1, (await Got(browser, "/api/v1/palette?q=13987654321")).Contains("王伟", StringComparison.Ordinal));
            Assert.Equal((part == 1 ? 1 : -1, whole == 1 ? 1 : -1), (await Count("/api/v1/contacts?filter=mobile~139"), await Count("/api/v1/contacts?filter=email=canaryperson@example.cn")));
            Assert.Equal(part == 1 ? 1 : -1, await Count("/api/v1/customers?filter=phone~021"));
            Assert.Equal(part == 1, (await Got(api, "/api/v1/contacts/groups?by=attitude")).StartsWith("200", StringComparison.Ordinal));
            if (right == FieldRight.Masked)
            {
                Assert.Equal((1, 0), (await Count("/api/v1/contacts?filter=mobile=13987654321"), await Count("/api/v1/contacts?filter=mobile=1398765432")));
                Assert.Contains("masked", await Got(api, "/api/v1/contacts?filter=mobile~139"), StringComparison.Ordinal);
            }
            else if (right == FieldRight.Hidden)
            {
                Assert.Contains("does not see", await Got(api, "/api/v1/contacts?filter=email=canaryperson@example.cn"), StringComparison.Ordinal);
            }

            // What may not be changed stays, whether it is not said, said as it was shown, or said otherwise: then the field is named.
            var shown = JsonDocument.Parse((await Got(api, $"/api/v1{here}/{person.Id}"))[4..]).Deserialize<Dictionary<string, JsonElement>>()!.Where(f => f.Key is not ("id" or "createdAt" or "version" or "custom")).ToDictionary(f => f.Key, f => (object?)f.Value);
            using (var same = await api.PutAsJsonAsync($"/api/v1{here}/{person.Id}", new Dictionary<string, object?>(shown) { ["title"] = $"科长{right}" }, Ct))
            {
                Assert.True(same.StatusCode == HttpStatusCode.OK, await same.Content.ReadAsStringAsync(Ct));
                Assert.Equal(right != FieldRight.See, !(await same.Content.ReadAsStringAsync(Ct)).Contains("98765", StringComparison.Ordinal));
            }

            using (var other = await api.PutAsJsonAsync($"/api/v1{here}/{person.Id}", new Dictionary<string, object?>(shown) { ["mobile"] = "13711112222" }, Ct))
            {
                Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
                Assert.Contains("Mobile", await other.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            }

            using (var cell = await Post(browser, "/contacts", $"/lists/contacts/rows/{person.Id}", new() { ["field"] = "mobile", ["value"] = "13711112222", ["was"] = "13987654321" }))
            {
                Assert.Equal(HttpStatusCode.NotFound, cell.StatusCode);
            }

            using var file = await ImportHttp.Post(api, "contacts", ImportHttp.Utf8($"客户,姓名,手机\n{customer.Number},王伟,13711112222\n"));
            Assert.Equal(HttpStatusCode.BadRequest, file.StatusCode);
            Assert.Contains("手机", await file.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            var stored = await app.In(System, db => db.Set<Contact>().AsNoTracking().SingleAsync(k => k.Id == person.Id, Ct));
            Assert.Equal(("13987654321", "13987654321", "canaryperson@example.cn", "金丝雀能力", Attitude.Supporter, $"科长{right}"), (stored.Mobile, stored.MobileDigits, stored.Email, stored.Competence, stored.Attitude, stored.Title));
        }

        await app.In(System, db => db.Set<Role>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Fields, (string?)null), Ct));
        Assert.Contains("13987654321", await Got(browser, $"{here}/{person.Id}"), StringComparison.Ordinal); // From the next request on.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_masked_is_shown_for_a_reason_and_the_auditor_reads_who_looked_at_what_and_why(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Customer(app, "n1", new() { Name = "甲公司", Phone = "021-5599119955" });
        var person = await Person(app, "n1", customer.Id, new() { Name = "王伟", Mobile = "13987654321" });
        await Rule(app, "outlet", FieldRight.Masked);
        await Rule(app, "auditor", FieldRight.Masked);
        using var browser = await app.SignedIn("n1");
        var address = $"/contacts/{person.Id}/reveal";
        Assert.Contains("139****4321", await Got(browser, address), StringComparison.Ordinal);
        using (var unsaid = await CrmApp.Submit(browser, address, "reveal", new() { ["Form.Reason"] = " " }))
        {
            Assert.DoesNotContain("13987654321", await unsaid.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        Task<List<AuditEntry>> Revealed() => app.In(System, db => db.Set<AuditEntry>().AsNoTracking().Where(a => a.Action == "revealed").OrderBy(a => a.Id).ToListAsync(Ct));
        Assert.Empty(await Revealed());
        using (var said = await CrmApp.Submit(browser, address, "reveal", new() { ["Form.Reason"] = "确认提货" }))
        {
            Assert.Contains("13987654321", await said.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        using (var other = await app.SignedIn("s1"))
        {
            Assert.StartsWith("404", await Got(other, address), StringComparison.Ordinal);
        }

        var entry = Assert.Single(await Revealed());
        Assert.Equal(("n1", "Contact", person.Id, customer.Id), (entry.ActorName, entry.Entity, entry.EntityId, entry.CustomerId));
        Assert.Contains("Mobile", entry.Changes, StringComparison.Ordinal);
        using var auditor = await app.SignedIn("auditor");
        Assert.Contains("确认提货", await Got(auditor, "/audit?action=revealed"), StringComparison.Ordinal);
        Assert.DoesNotContain("98765", await Got(auditor, $"/audit?customer={customer.Number}"), StringComparison.Ordinal); // The trail is masked to whom the record is.
        Assert.DoesNotContain("王伟", await Got(auditor, "/audit?text=98765"), StringComparison.Ordinal);
        Assert.DoesNotContain("98765", await Taken(auditor, "/audit", "/audit/export?entity=Contact", "csv"), StringComparison.Ordinal);

        var many = await app.With<RevealFields, List<bool>>(await app.ActorOf("n1"), async r =>
        {
            var ok = new List<bool>();
            for (var i = 0; i < RevealFields.MostInAnHour; i++)
            {
                ok.Add((await r.Run("customers", customer.Id, "核对", Ct)).Refusal is null);
            }

            return ok;
        });
        Assert.Equal(RevealFields.MostInAnHour - 1, many.Count(o => o)); // One was taken above.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_kept_from_somebody_is_neither_lost_by_what_he_saves_nor_overwritten_by_a_mask(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var one = await Customer(app, "n1", new() { Name = "甲公司", Phone = "021-5599119955", LegalRepresentative = "金丝雀法人" });
        var other = await Customer(app, "n1", new() { Name = "乙公司", BusinessAddress = "金丝雀路 1 号" });
        var person = await Person(app, "n1", one.Id, new() { Name = "王伟", Mobile = "13987654321" });
        Task<string?> Mobile() => app.In(System, db => db.Set<Contact>().Where(k => k.Id == person.Id).Select(k => k.Mobile).SingleAsync(Ct));
        using var browser = await app.SignedIn("n1");
        var form = $"/customers/{one.Id}/contacts/{person.Id}/edit";

        // The form was drawn without the number, and by the time it is sent the right is there.
        await Rule(app, "outlet", FieldRight.Hidden);
        var drawn = await Got(browser, form);
        string Hidden(string name) => Regex.Match(drawn, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value;
        await Rule(app, "outlet", FieldRight.Edit);
        using (var sent = await CrmApp.Submit(browser, form, "contact", new() { ["Form.Name"] = "王伟", ["Form.Title"] = "经理", ["Works"] = "true", ["Version"] = Hidden("Version"), ["Kept"] = Hidden("Kept") }))
        {
            Assert.Equal(HttpStatusCode.Found, sent.StatusCode);
        }

        Assert.Equal(("13987654321", "经理"), (await Mobile(), await app.In(System, db => db.Set<Contact>().Select(k => k.Title).SingleAsync(Ct))));

        // A mask that comes back is no number.
        var said = SaveContact.Said(person);
        (said.Title, said.Mobile) = ("经理", "139****4321");
        Task<Result<Contact>> Save() => app.With<SaveContact, Result<Contact>>(System, s => s.Run(one.Id, person.Id, null, said, Ct));
        Assert.Null((await Save()).Refusal);
        said.Mobile = "138****0000";
        Assert.Equal("fields.masked", Assert.Single(Assert.IsType<Refusal.InvalidMany>((await Save()).Refusal).Errors).Code);
        Assert.Equal("13987654321", await Mobile());

        // Nor does a merge store what its reader is shown.
        await Rule(app, "outlet", FieldRight.Masked);
        Assert.Null((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(await app.ActorOf("n1"), m => m.Run(new() { SurvivorId = one.Id, LoserIds = [other.Id] }, Ct))).Refusal);
        Assert.Equal(("021-5599119955", "金丝雀法人", "金丝雀路 1 号"), await app.In(System, async db => await db.Set<Customer>().SingleAsync(Ct) is var c ? (c.Phone, c.LegalRepresentative, c.BusinessAddress) : default));

        // In the bin it is as little his to read.
        Assert.Null((await app.With<SaveContact, Result<Contact>>(System, s => s.Bin(one.Id, person.Id, into: true, null, Ct))).Refusal);
        var bin = await Got(browser, "/contacts/bin");
        Assert.Contains("王伟", bin, StringComparison.Ordinal);
        Assert.DoesNotContain("98765", bin, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_edits_a_role_keeps_no_field_unknown_and_overwrites_no_other_edit(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var top = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);
        var security = await app.ActorOf("security");
        var role = (await app.With<EditRoles, IReadOnlyList<EditRoles.Item>>(security, e => e.List(Ct))).Single(r => r.Name == "outlet");
        EditRoles.Input Said(params (string Key, string Right)[] fields) => new() { Permissions = [.. role.Permissions], Stamp = role.Stamp, Fields = fields.ToDictionary(f => f.Key, f => f.Right) };
        Task<Result<Role>> Save(EditRoles.Input input) => app.With<EditRoles, Result<Role>>(security, e => e.Save(role.Id, input, Ct));

        Assert.IsType<Refusal.InvalidMany>((await Save(Said(("contacts.Name", "hidden")))).Refusal);
        Assert.IsType<Refusal.InvalidMany>((await Save(Said(("contacts.Competence", "masked")))).Refusal);
        Assert.Null((await Save(Said(("contacts.Mobile", "masked"), ("contacts.Email", "edit")))).Refusal);
        Assert.IsType<Refusal.Stale>((await Save(Said(("contacts.Mobile", "hidden")))).Refusal);
        Assert.Equal("contacts.Mobile=masked", await app.In(System, db => db.Set<Role>().Where(r => r.Id == role.Id).Select(r => r.Fields).SingleAsync(Ct)));
        Assert.Contains("contacts.Mobile: masked", await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Entity == nameof(Role) && a.EntityId == role.Id).Select(a => a.Changes).SingleAsync(Ct)), StringComparison.Ordinal);
        Assert.Equal(FieldRight.Masked, (await app.ActorOf("n1")).Fields.Of("contacts", "MobileDigits"));
        Assert.True((await app.ActorOf("group")).Fields.IsFree);
        Assert.Equal(FieldRight.Edit, FieldRights.Of(["contacts.Mobile=hidden", null]).Of("contacts", "Mobile")); // Of two roles the one that allows more.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_security_administrator_looks_as_another_reads_only_and_leaves_a_trail(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var top = await app.In(System, db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);
        var (mine, others) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "s1", new() { Name = "乙公司" }));
        await Person(app, "n1", mine.Id, new() { Name = "王伟", Mobile = "13987654321" });
        await Rule(app, "security", FieldRight.Masked);
        Task<long> Id(string name) => app.In(System, db => db.Set<User>().Where(u => u.UserName == name).Select(u => u.Id).SingleAsync(Ct));
        using var browser = await app.SignedIn("security");
        async Task<string?> As(string name) => (await Post(browser, $"/accounts/{await Id(name)}", "/view-as", new() { ["userId"] = $"{await Id(name)}" })).Headers.Location?.ToString();

        Assert.StartsWith("/accounts/", await As("auditor"), StringComparison.Ordinal); // An office of another.
        Assert.Equal("/", await As("n1"));
        var list = await Got(browser, "/customers");
        Assert.Contains("甲公司", list, StringComparison.Ordinal);
        Assert.Contains("/view-as/end", list, StringComparison.Ordinal);
        Assert.StartsWith("404", await Got(browser, $"/customers/{others.Id}"), StringComparison.Ordinal);
        Assert.DoesNotContain("98765", await Got(browser, "/contacts"), StringComparison.Ordinal); // What is masked to himself stays so.
        Assert.DoesNotContain("/contacts/export", await Got(browser, "/contacts"), StringComparison.Ordinal);
        using (var account = await browser.GetAsync(new Uri("/account", UriKind.Relative), Ct))
        {
            Assert.Equal(HttpStatusCode.SeeOther, account.StatusCode);
        }

        using (var write = await CrmApp.Submit(browser, $"/customers/{mine.Id}/contacts/new", "contact", new() { ["Form.Name"] = "李娜", ["Works"] = "true" }))
        {
            Assert.Equal(HttpStatusCode.SeeOther, write.StatusCode);
        }

        using (var call = await browser.PostAsJsonAsync($"/api/v1/customers/{mine.Id}/contacts", new { name = "李娜" }, Ct))
        {
            Assert.Equal(HttpStatusCode.Forbidden, call.StatusCode);
        }

        Assert.Equal(1, await app.In(System, db => db.Set<Contact>().CountAsync(Ct)));
        using (var end = await Post(browser, "/customers", "/view-as/end", []))
        {
            Assert.Equal(HttpStatusCode.Found, end.StatusCode);
        }

        Assert.DoesNotContain("/view-as/end", await Got(browser, "/accounts"), StringComparison.Ordinal);
        Assert.Equal("/", await As("n1"));
        app.Later(SeeAs.Lasts);
        Assert.DoesNotContain("/view-as/end", await Got(browser, "/accounts"), StringComparison.Ordinal);
        var trail = await app.In(System, db => db.Set<AuditEntry>().Where(a => a.ActorName == "security" && a.Action != "signed_in").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Ct));
        Assert.Equal(["view_as_started", "denied", "denied", "denied", "denied", "view_as_ended", "view_as_started", "view_as_ended"], trail);
        Assert.DoesNotContain("n1", await app.In(System, db => db.Set<AuditEntry>().Where(a => a.Action == "denied").Select(a => a.ActorName).Distinct().ToListAsync(Ct)));
    }
}
