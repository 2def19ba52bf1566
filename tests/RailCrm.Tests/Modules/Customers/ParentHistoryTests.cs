using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ParentHistoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_change_of_the_company_above_is_told_by_name_and_can_be_given_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var n1 = await app.ActorOf("n1");
        async Task<Customer> Saved(long? id, SaveCustomer.Input input) => (await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(id, null, input, Ct))).TryGet(out var saved, out var refusal) ? saved : throw new InvalidOperationException(refusal.Code);
        var (first, second) = (await Saved(null, new() { Name = "第一集团" }), await Saved(null, new() { Name = "第二控股" }));
        var below = await Saved(null, new() { Name = "下属公司", ParentId = first.Id });
        var input = CustomerRules.Of(below);
        input.ParentId = second.Id;
        below = await Saved(below.Id, input);

        var past = await app.With<CustomerHistory, CustomerHistory.Page>(n1, h => h.Run(below.Id, null, null, Ct));
        var moved = Assert.Single(past.Events, e => e.Action == "updated" && e.Changes.Any(c => c.Field == nameof(Customer.ParentId)));
        Assert.Equal(($"{first.Id}", $"{second.Id}"), moved.Changes.Where(c => c.Field == nameof(Customer.ParentId)).Select(c => (c.Before, c.After)).Single());
        using var browser = await app.SignedIn("n1");
        var page = System.Net.WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/customers/{below.Id}/history", UriKind.Relative), Ct));
        Assert.Contains($"value=\"{moved.Id}:ParentId\"", page, StringComparison.Ordinal);
        Assert.Contains("<span>第二控股</span>", page, StringComparison.Ordinal);

        Assert.True((await app.With<RestoreValue, Result<Customer>>(n1, r => r.Run(below.Id, moved.Id, nameof(Customer.ParentId), below.Version, Ct))).TryGet(out var restored, out var refused), refused?.Code);
        Assert.Equal(first.Id, restored.ParentId);
    }
}
