using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>Script in names, as customer, contact, unit, station and file: shown as the text it is, on every page and on paper. A dialog or an error on the console fails it.</summary>
public sealed class Somebody_writes_script_into_names(Browser browser)
{
    private const string Image = "\"><img src=x onerror=alert(1)>", Vector = "<svg/onload=alert(2)>", Script = "</script><script>alert(3)</script>{{7*7}}";

    [Fact]
    public async Task Every_page_shows_it_and_runs_none_of_it()
    {
        await using var walk = await browser.Open(null, "zh-CN", 1400, user: "group");
        var id = await Plant();
        var page = walk.Page;
        await page.GotoAsync("/imports?kind=waybills");
        var rows = $"运单号,日期,客户,收入,发站,到站,备注\nX1,2026-10-05,{await Number(id)},100.5,{Vector},\"{Image.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{Vector}\nX2,bad,{Vector},1,a,b,c";
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "<img src=x onerror=alert(4)>.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(rows) });
        await page.Locator("main form button.btn-primary").First.ClickAsync();
        await page.WaitForURLAsync("**/imports/*");
        await walk.CheckQuiet();
        await page.ClickAsync("button[value=review]");
        await page.WaitForURLAsync("**/review", new() { Timeout = 30_000 });
        await walk.CheckQuiet();
        await page.CheckAsync("input[name=WithWarned]"); // Nobody knows such stations.
        await page.ClickAsync("button[value=start]");
        await page.Locator(".rc-figures").WaitForAsync(new() { Timeout = 30_000 });
        var import = page.Url;

        foreach (var path in new[] { $"/customers?q={Uri.EscapeDataString("onerror")}", $"/customers/{id}", $"/customers/{id}/figures", $"/customers/{id}/edit", $"/customers/{id}/print", "/waybills?externalNo=X1", "/organization", "/imports", import, import + "/rows", "/?x=%3Csvg/onload=alert(5)%3E" })
        {
            await page.GotoAsync(path);
            await walk.CheckQuiet(); // Waits for what comes after the page.
            Assert.Equal(0, await page.Locator("img[src=x], main svg[onload], script:not([src])").CountAsync());
        }

        await page.GotoAsync($"/customers/{id}");
        Assert.Contains(Image, await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Contains(Image, await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        await page.GotoAsync($"/customers/{id}/figures");
        Assert.Contains("svg/onload", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    private Task<long> Plant() => browser.Demo.In(async db =>
    {
        var unit = await db.Set<OrgUnit>().OrderByDescending(u => u.Id).FirstAsync();
        unit.Name = $"{Vector} 网点";
        var customer = await db.Set<Customer>().Where(c => c.UnitId == unit.Id).OrderBy(c => c.Id).FirstAsync();
        (customer.Name, customer.CompanyProfile, customer.BusinessDirection) = ($"恶意公司{Image}", Script, Vector);
        db.Add(new Contact { CustomerId = customer.Id, Name = Image, Title = Script, Email = Vector });
        await db.SaveChangesAsync();
        return customer.Id;
    });

    private Task<string> Number(long id) => browser.Demo.In(db => db.Set<Customer>().Where(c => c.Id == id).Select(c => c.Number).SingleAsync());
}
