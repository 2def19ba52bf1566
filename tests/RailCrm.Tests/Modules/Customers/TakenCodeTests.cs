using System.Net;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A credit code that another customer has: who that is, to whoever may know it.</summary>
public sealed class TakenCodeTests
{
    private const string Code = "91350100M000100Y43";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Made(CrmApp app, string who) =>
        (await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = "甲公司", CreditCode = Code }, Ct))).TryGet(out var made, out var refusal) ? made : throw new InvalidOperationException(refusal.ToString());

    private static async Task<string> Refused(CrmApp app, string who, string path = "/customers/new", string form = "customer")
    {
        using var browser = await app.SignedIn(who);
        using var answer = await CrmApp.Submit(browser, path, form, new() { ["Form.Name"] = "另一家公司", ["Form.CreditCode"] = Code, ["About"] = Code });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_sees_the_other_customer_is_told_its_name_and_number_with_a_link_and_others_whom_to_ask(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Made(app, "n1");

        foreach (var page in new[] { await Refused(app, "n1"), await Refused(app, "north", "/customers/quick", "quick") })
        {
            Assert.Contains($"此代码已属于“甲公司”（{made.Number}）", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"/customers/{made.Id}\"", page, StringComparison.Ordinal);
            Assert.Contains("信用代码相同", page, StringComparison.Ordinal); // What was found while one typed stays below the fields.
        }

        var other = await Refused(app, "s1");
        Assert.Contains("请联系“n1 网点”", other, StringComparison.Ordinal);
        Assert.DoesNotContain("甲公司", other, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Number, other, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_that_lies_in_the_bin_is_named_to_those_who_may_look_there_alone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Made(app, "n1");
        Assert.Null((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf("n1"), g => g.Bin(made.Id, into: true, null, Ct))).Refusal);

        var own = await Refused(app, "n1");
        Assert.Contains($"回收站中的“甲公司”（{made.Number}）", own, StringComparison.Ordinal);
        Assert.Contains("在回收站中", own, StringComparison.Ordinal);
        Assert.DoesNotContain("甲公司", await Refused(app, "s1"), StringComparison.Ordinal);
    }
}
