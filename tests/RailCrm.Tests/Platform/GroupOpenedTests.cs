using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Modules.Customers;
using RailCrm.Tests.Modules.Waybills;

namespace RailCrm.Tests.Platform;

/// <summary>What a group has counted and what the list shows that is opened from it.</summary>
public sealed class GroupOpenedTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Opens every group of every field as its link and its column of a board do; gives how many.</summary>
    private static async Task<int> OpenAll<TList>(CrmApp app, string user, string query) where TList : ListOf
    {
        var actor = await app.ActorOf(user);
        return await app.With<TList, int>(actor, async list =>
        {
            var opened = 0;
            Assert.True(View.TryRead(list, Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var view));
            foreach (var by in list.Fields.Where(f => f.IsGrouped))
            {
                Assert.True((await app.In(actor, db => list.Groups(db, view, by, Ct))).TryGet(out var groups, out var refusal), $"{user} {query} {by.Key}: {refusal?.Code}");
                foreach (var group in groups)
                {
                    var address = (view with { Filter = view.Filter.With(by.Having(group)) }).Address(list);
                    Assert.True(View.TryRead(list, Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address[address.IndexOf('?', StringComparison.Ordinal)..]).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), out var of));
                    Assert.True((await app.In(actor, db => list.Read(db, of with { Limit = View.MostRows }, [], Ct))).TryGet(out var page, out refusal), $"{user} {address}: {refusal?.Code}");
                    var count = await app.In(actor, db => list.Count(db, of, list.MostCounted, Ct));

                    Assert.Equal((user, address, group.Count, Math.Min(View.MostRows, group.Count)), (user, address, count, page.Lines.Count));
                    opened++;
                }
            }

            return opened;
        });
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_of_customers_or_contacts_opened_from_a_group_holds_what_the_group_counted(Engine engine)
    {
        await using var app = await ContactListTests.Filled(engine);
        foreach (var user in new[] { "group", "north", "n1", "s1" })
        {
            Assert.InRange(await OpenAll<CustomerList>(app, user, ""), 15, 100);
            Assert.InRange(await OpenAll<CustomerList>(app, user, "tier=large,small&region=320000"), 5, 100);
            Assert.InRange(await OpenAll<ContactList>(app, user, ""), 8, 100);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_list_of_lines_opened_from_a_group_holds_what_the_group_counted(Engine engine)
    {
        await using var app = await WaybillListTests.Filled(engine);
        var (north, system) = (await app.ActorOf("north"), Actor.System("test"));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(north, s => s.Run(null, null, new() { Name = "北方自己的公司" }, Ct))).TryGet(out var own, out _)); // Owned above the outlets, whose customers are none of its.
        var draft = new WaybillDraft { ExternalNo = "N1", Customer = own.Number, Date = new(2026, 1, 5), Service = "handling", Origin = "苏州", Destination = "上海", WeightKg = 1_000, RevenueFen = 100, CostFen = 50 };
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(system, r => r.Run("TMS", [draft], false, Ct)), a => Assert.Empty(a.Errors));
        foreach (var user in new[] { "group", "north", "s1" })
        {
            Assert.InRange(await OpenAll<WaybillList>(app, user, ""), 25, 200);
            Assert.InRange(await OpenAll<WaybillList>(app, user, "from=2026-01&to=2026-02&service=handling"), 15, 200);
        }
    }
}
