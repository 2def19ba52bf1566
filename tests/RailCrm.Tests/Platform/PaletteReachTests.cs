using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Platform;

/// <summary>What the palette asks of its indexes: filled for what was there before, and left where too much answers.</summary>
public sealed class PaletteReachTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Contacts_that_were_there_before_the_index_are_indexed_by_the_job_from_where_it_stopped(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var made = await Customer(app, "n1", new() { Name = "甲公司" });
        await app.In(System, async db =>
        {
            for (var n = 0; n < 2_300; n++)
            {
                db.Add(new Contact { CustomerId = made.Id, Name = n == 2_299 ? "欧阳末" : n == 0 ? "欧阳初" : "王某", CreatedAt = db.UtcNow });
            }

            await db.SaveChangesAsync(Ct);
            db.Add(new Job { Kind = FillContactSearch.Kind, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        using var n1 = await app.Api("n1");

        for (var i = 0; i < 600 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Kind == FillContactSearch.Kind && j.State != "completed", Ct)); i++)
        {
            await Task.Delay(50, Ct);
        }

        Assert.Equal(2_300, await app.In(System, db => db.Set<Job>().Where(j => j.Kind == FillContactSearch.Kind).Select(j => j.RowsDone).SingleAsync(Ct)));
        Assert.Equal(["欧阳初", "欧阳末"], (await Found(n1, "oy", "contact")).Order(StringComparer.Ordinal));
        Assert.Equal(6, (await Found(n1, "王某", "contact")).Length);
    }

    /// <remarks>FTS5 gathers all below a prefix before it gives one: of 60,000 invented entries nobody wants to read all for six hits.</remarks>
    [Theory]
    [InlineData("n1")]
    [InlineData("north")]
    [InlineData("group")]
    public async Task A_beginning_that_too_many_have_is_walked_to_on_SQLite(string user)
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var made = await Customer(app, "n1", new() { Name = "恒通物流有限公司" });
        await Customer(app, "n1", new() { Name = "正大公司" }); // zhengda has the letters of heng, and is not read so.
        await Person(app, "n1", made.Id, new() { Name = "王建国" });
        await app.In(System, db => db.Write(async () =>
        {
            await db.Database.ExecuteSqlAsync($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO customer_search (rowid, terms) SELECT 1000000 + i, 'pheng' || (i * 7919 % 1000003) || ' iht' || (i * 7907 % 1000003) FROM n", Ct);
            return await db.Database.ExecuteSqlAsync($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO contact_search (rowid, terms) SELECT 1000000 + i, 'pwang' || (i * 7919 % 1000003) FROM n", Ct);
        }, Ct));
        using var api = await app.Api(user);

        Assert.Null(await app.In(System, db => SearchIndex.Customers.Few(db, SearchTerms.Query("heng")!, 10, Ct)));
        Assert.NotNull(await app.In(System, db => SearchIndex.Customers.Few(db, SearchTerms.Query("hengtong")!, 10, Ct)));
        foreach (var q in new[] { "heng", "ht", "hengtong" })
        {
            Assert.True((await Found(api, q)) is ["恒通物流有限公司"], $"{q}: {await Ask(api, q)}");
        }

        Assert.Equal(["王建国"], await Found(api, "wang", "contact"));
        Assert.Equal(["王建国"], await Found(api, "wangjianguo", "contact"));
        Assert.Equal(made.Id.ToString(CultureInfo.InvariantCulture), Hits(await Ask(api, "heng"), "customer")[0].GetProperty("href").GetString()!.Split('/')[^1]);
    }
}
