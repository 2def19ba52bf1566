using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>The page that asks which field of many customers gets which value.</summary>
public sealed class EditManyTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<long> Customer(CrmApp app, SaveCustomer.Input input) =>
        (await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, input, Ct))).TryGet(out var customer, out var refusal) ? customer.Id : throw new InvalidOperationException(refusal.Code);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nothing_is_emptied_unless_that_is_said_of_a_field_that_was_chosen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (first, second) = (await Customer(app, new() { Name = "甲公司", SizeClass = SizeClass.Small, ShortName = "甲" }), await Customer(app, new() { Name = "乙公司" }));
        using var n1 = await app.SignedIn("n1");
        var path = $"/lists/customers/work?act=edit&id={first}&id={second}&in=all";
        var page = await n1.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Matches("<select[^>]* id=\"f-Form-Field\" name=\"add\" required[^>]*>\\s*<option value(=\"\")? ", page);
        Assert.DoesNotMatch("<option value=\"shortName\"[^>]* selected", page);

        foreach (var (fields, said) in new (Dictionary<string, string>, string)[]
        {
            (new() { ["add"] = "", ["Form.Value"] = "" }, "请选择要修改的字段"), (new() { ["add"] = "", ["Form.Value"] = "x" }, "请选择要修改的字段"),
            (new() { ["add"] = "shortName", ["Form.Value"] = "" }, "请填写新值"), (new() { ["add"] = "active", ["Form.Value"] = "", ["Form.Empties"] = "true" }, "不能为空"),
        })
        {
            using var answer = await CrmApp.Submit(n1, path, "work", fields);
            Assert.Contains(said, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        }

        Assert.Empty(await app.In(System, db => db.Set<Job>().Where(j => j.Kind == WorkOnRows.Kind).ToListAsync(Ct)));
        using var started = await CrmApp.Submit(n1, path, "work", new() { ["add"] = "sizeClass", ["Form.Value"] = "large", ["Form.Empties"] = "true" });
        Assert.Equal(HttpStatusCode.Found, started.StatusCode);
        for (var n = 0; n < 300 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Kind == WorkOnRows.Kind && j.State != "completed", Ct)); n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            await Task.Delay(50, Ct);
        }

        var customers = await app.In(System, db => db.Set<Customer>().AsNoTracking().ToDictionaryAsync(c => c.Id, Ct));
        Assert.Equal((null, "甲", true), (customers[first].SizeClass, customers[first].ShortName, customers[first].Active));
        Assert.Equal(["done", "same"], await app.In(System, db => db.Set<WorkRow>().OrderBy(r => r.RowId).Select(r => r.Outcome!).ToListAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cell_that_every_customer_fills_is_not_emptied(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var id = await Customer(app, new() { Name = "甲公司" });
        using var n1 = await app.SignedIn("n1");
        var page = await n1.GetStringAsync(new Uri("/customers?view=all", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value, ["field"] = "active", ["value"] = "", ["was"] = "true",
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/lists/customers/rows/{id}") { Content = form };
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await n1.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(await app.In(System, db => db.Set<Customer>().Where(c => c.Id == id).Select(c => c.Active).SingleAsync(Ct)));
    }
}
