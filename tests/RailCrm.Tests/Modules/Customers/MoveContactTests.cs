using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A contact who goes to work at another customer.</summary>
public sealed class MoveContactTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_changes_company_keeps_the_past_and_the_one_left_keeps_a_line(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (here, there) = (await Customer(app, "n1", new() { Name = "甲公司" }), await Customer(app, "n2", new() { Name = "乙公司" }));
        var person = await Person(app, "n1", here.Id, new() { Name = "王伟", Title = "经理", Mobile = "13800000001" });
        var below = await Person(app, "n1", here.Id, new() { Name = "李娜", ReportsToId = person.Id });
        await app.In(Actor.System("test"), async db =>
        {
            db.Add(new Note { CustomerId = here.Id, RecordKind = RecordKind.Contact, RecordId = person.Id, Text = "来过", AuthorId = 1, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        async Task<Result<Contact>> Move(string who, string to, DateOnly? until = null, int? version = null) => await app.With<MoveContact, Result<Contact>>(await app.ActorOf(who), m => m.Run(here.Id, person.Id, version, new() { To = to, Until = until, Title = "总监" }, Ct));

        Assert.Equal("contact.customer_unknown", (await Move("n1", "乙公司")).Refusal is Refusal.InvalidMany { Errors: [var unknown] } ? unknown.Code : null); // Not seen by n1.
        Assert.Equal("contact.move_same", (await Move("north", "甲公司")).Refusal is Refusal.InvalidMany { Errors: [var same] } ? same.Code : null);
        Assert.Equal("contact.until_wrong", (await Move("north", "乙公司", new(2026, 4, 2))).Refusal is Refusal.InvalidMany { Errors: [var late] } ? late.Code : null);
        Assert.IsType<Refusal.Stale>((await Move("north", "乙公司", version: 9)).Refusal);
        Assert.IsType<Refusal.Forbidden>((await Move("auditor", "乙公司")).Refusal);

        Assert.True((await Move("north", "乙公司", new(2026, 3, 15))).TryGet(out var moved, out _));
        Assert.Equal((there.Id, "总监", true), (moved.CustomerId, moved.Title, moved.IsMain));
        await app.In(Actor.System("test"), async db =>
        {
            Assert.Equal(there.Id, (await db.Set<Note>().SingleAsync(Ct)).CustomerId);
            Assert.Null((await db.Set<Contact>().SingleAsync(k => k.Id == below.Id, Ct)).ReportsToId);
            return 0;
        });
        using var n1 = await app.SignedIn("n1");
        using var n2 = await app.SignedIn("n2");
        using var north = await app.SignedIn("north");
        var left = await n1.GetStringAsync(new Uri($"/customers/{here.Id}/contacts", UriKind.Relative), Ct);
        Assert.Contains("2026-03-15", left, StringComparison.Ordinal);
        Assert.DoesNotContain($"/contacts/{person.Id}\"", left, StringComparison.Ordinal); // Where he is now is not n1's to see.
        Assert.DoesNotContain("甲公司", await n2.GetStringAsync(new Uri($"/customers/{there.Id}/contacts/{person.Id}", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("甲公司", await north.GetStringAsync(new Uri($"/customers/{there.Id}/contacts/{person.Id}", UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("王伟", await north.GetStringAsync(new Uri($"/customers/{there.Id}/contacts/{person.Id}/history", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var old = await north.GetAsync(new Uri($"/customers/{here.Id}/contacts/{person.Id}", UriKind.Relative), Ct);
        Assert.EndsWith($"/contacts/{person.Id}", old.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }
}
