using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Dossier;
using RailCrm.Modules.Waybills;

namespace RailCrm.Tests.Modules.Dossier;

/// <summary>What a dossier says of growth. The clock stands at 1 April 2026: April is the running month.</summary>
public sealed class DossierTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<(Customer Customer, ShowDossier.Answer Dossier)> Of(CrmApp app, params (string Day, decimal Revenue, decimal Cost, string? From, string? To)[] lines)
    {
        var actor = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        var drafts = lines.Select((l, i) => new WaybillDraft
        {
            ExternalNo = $"W{i}", Customer = customer.Number, Date = DateOnly.Parse(l.Day, global::System.Globalization.CultureInfo.InvariantCulture), RevenueFen = Money.FromYuan(l.Revenue).Fen, CostFen = Money.FromYuan(l.Cost).Fen, WeightKg = 1000, Origin = l.From, Destination = l.To,
        }).ToArray();
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(actor, r => r.Run("TMS", drafts, createCustomers: false, Ct)), a => Assert.Empty(a.Errors));
        Assert.True((await app.With<ShowDossier, Result<ShowDossier.Answer>>(actor, d => d.Run(customer.Id, Ct))).TryGet(out var dossier, out _));
        return (customer, dossier);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_running_month_is_shown_but_never_compared(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);

        var (_, dossier) = await Of(app, ("2025-03-10", 100, 60, null, null), ("2025-04-10", 1_000, 600, null, null), ("2026-03-10", 150, 80, null, null), ("2026-04-01", 5, 1, null, null));

        Assert.Equal(new Month((2026 * 12) + 3), dossier.To);
        Assert.Equal(155_00, dossier.Trailing.RevenueFen); // What the tier is measured by holds the running month too.
        Assert.Equal(0.5m, dossier.Compared.Revenue); // 150 on 100, not 155 on 1,100.
        Assert.Equal(0.75m, dossier.Compared.GrossProfit);
        var year = dossier.Years[0];
        Assert.True(year.Running);
        Assert.Equal(155_00, year.Sums.RevenueFen);
        Assert.Equal(0.5m, year.Compared.Revenue); // January to March of both years.
        Assert.False(dossier.Years[1].Running);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Growth_is_unknown_from_nothing_and_has_the_right_sign_from_a_loss(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);

        var (_, dossier) = await Of(app, ("2024-06-10", 0, 200, null, null), ("2025-06-10", 300, 100, null, null));

        Assert.Null(dossier.Compared.Revenue);
        Assert.Equal(2m, dossier.Compared.GrossProfit); // From −200 to +200.
        Assert.Equal(36, dossier.Months.Count);
        Assert.Equal(-200_00, dossier.Months.Single(m => m.Month.ToString() == "2024-06").Now.GrossProfitFen);
        Assert.Null(dossier.Months.Single(m => m.Month.ToString() == "2024-06").Now.Margin);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_figure_of_the_page_opens_its_lines_and_money_follows_the_unit_chosen(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Of(app, ("2026-02-10", 1_234_567.89m, 60, "高桥镇", "上海"), ("2026-03-10", 765_432.11m, 80, "高桥镇", "上海"));
        using var browser = await app.SignedIn("n1");

        var page = await browser.GetStringAsync(new Uri($"/customers/{customer.Id}/figures", UriKind.Relative), Ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/customers/{customer.Id}/figures");
        request.Headers.Add("Cookie", "money=wan");
        var inWan = await (await browser.SendAsync(request, Ct)).Content.ReadAsStringAsync(Ct);

        Assert.Contains($"/waybills?customer={customer.Id}&amp;from=2025-05&amp;to=2026-04", page, StringComparison.Ordinal);
        Assert.Contains($"/waybills?customer={customer.Id}&amp;from=2026-02&amp;to=2026-02", page, StringComparison.Ordinal);
        Assert.Contains($"/waybills?customer={customer.Id}&amp;from=2026-01&amp;to=2026-12", page, StringComparison.Ordinal);
        Assert.Contains("origin=", page, StringComparison.Ordinal);
        Assert.Contains("1,234,567.89", page, StringComparison.Ordinal);
        Assert.Contains("123.46", inWan, StringComparison.Ordinal);
        Assert.DoesNotContain("1,234,567.89", inWan, StringComparison.Ordinal);
        Assert.Contains("营业收入（万元）", inWan, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_dossier_of_another_units_customer_is_absent(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, _) = await Of(app, ("2026-02-10", 10, 1, null, null));
        using var stranger = await app.SignedIn("s1");

        foreach (var page in new[] { "figures", "print" })
        {
            using var answer = await stranger.GetAsync(new Uri($"/customers/{customer.Id}/{page}", UriKind.Relative), Ct);
            Assert.Equal(global::System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
    }
}
