using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Tests.Modules.Approvals;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Classification;

/// <summary>A customer without business, prospective by the rule, and a tier that its manager asks for.</summary>
public sealed class TierByHandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<CustomerTier> Tier(ApprovalScene scene) => scene.App.In(ApprovalScene.System, db => db.Set<Customer>().Where(c => c.Id == scene.Customer).Select(c => c.Tier).SingleAsync(Ct));

    private static async Task Night(ApprovalScene scene) => await scene.App.With<ClassifyCustomers, int>(ApprovalScene.System, async c =>
    {
        await c.RunAll(null, Ct);
        return 0;
    });

    private static async Task<Result<Approval>> Ask(ApprovalScene scene, CustomerTier? tier, DateOnly? until) =>
        await scene.App.With<SubmitApproval, Result<Approval>>(await scene.App.ActorOf("m1"), s => s.Run(CustomerTierByHand.Name, CustomerTierByHand.Payload(new(scene.Customer, tier, until)), "新签总包合同", null, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_tier_that_the_head_agreed_to_holds_until_its_day_whatever_the_rule_says(Engine engine)
    {
        await using var scene = await Start(engine);
        var last = new DateOnly(2026, 4, 30);
        Refused("tiers.until_wrong", await Ask(scene, CustomerTier.Large, null));
        Refused("tiers.until_wrong", await Ask(scene, CustomerTier.Large, new(2026, 3, 31)));
        Refused("tiers.until_wrong", await Ask(scene, CustomerTier.Large, new(2027, 4, 3)));
        Refused("tiers.by_rule_already", await Ask(scene, null, null));

        // Asked for on the page; another outlet's people do not find it.
        using var manager = await scene.App.SignedIn("m1");
        using var stranger = await scene.App.SignedIn("s1");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(new Uri($"/customers/{scene.Customer}/tier", UriKind.Relative), Ct)).StatusCode);
        var sent = await CrmApp.Submit(manager, $"/customers/{scene.Customer}/tier", "tier", new() { ["Form.Tier"] = "Large", ["Form.Until"] = "2026-04-30", ["Form.Reason"] = "新签总包合同" });
        Assert.Matches(@"/approvals/\d+$", sent.Headers.Location!.ToString());
        var approval = await scene.App.In(ApprovalScene.System, db => db.Set<Approval>().SingleAsync(Ct));
        Assert.Equal(["n1"], await scene.Waits(approval.Id));
        Assert.Equal(CustomerTier.Prospective, await Tier(scene));
        Done(await scene.Decide("n1", approval.Id));
        Assert.Equal(CustomerTier.Large, await Tier(scene));
        await Night(scene);
        Assert.Equal(CustomerTier.Large, await Tier(scene));
        Refused("tiers.same_tier", await Ask(scene, CustomerTier.Large, last));

        Assert.Contains("至 2026-04-30", WebUtility.HtmlDecode(await manager.GetStringAsync(new Uri($"/customers/{scene.Customer}", UriKind.Relative), Ct)), StringComparison.Ordinal);
        Assert.Contains("按规则应为", WebUtility.HtmlDecode(await manager.GetStringAsync(new Uri($"/customers/{scene.Customer}/tier", UriKind.Relative), Ct)), StringComparison.Ordinal);
        using var api = await scene.App.Api("n1");
        async Task<int> Listed() => (await api.GetFromJsonAsync<JsonElement>("/api/v1/customers?filter=tierBy=hand", Ct)).GetProperty("items").GetArrayLength();
        Assert.Equal(1, await Listed());

        // Given back early, and by itself the day after the last.
        var back = await Ask(scene, null, null);
        Assert.True(back.TryGet(out var again, out _));
        Done(await scene.Decide("n1", again.Id));
        Assert.Equal((CustomerTier.Prospective, 0), (await Tier(scene), await Listed()));
        Assert.True((await Ask(scene, CustomerTier.AtRisk, last)).TryGet(out var risk, out _));
        Done(await scene.Decide("n1", risk.Id));
        scene.App.Later(TimeSpan.FromDays(29));
        await Night(scene);
        Assert.Equal(CustomerTier.AtRisk, await Tier(scene));
        scene.App.Later(TimeSpan.FromDays(1));
        await Night(scene);
        Assert.Equal((CustomerTier.Prospective, 0), (await Tier(scene), await Listed()));
        Assert.Equal(4, await scene.App.In(ApprovalScene.System, db => db.Set<TierChange>().CountAsync(Ct)));
    }
}
