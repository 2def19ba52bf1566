using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;

namespace RailCrm.BrowserTests.Journeys;

/// <summary>A customer of the outlet's with people and waybill lines, of one walk alone: no other changes them, though all walk through one demo.</summary>
internal sealed record Own(long Customer, string Name, IReadOnlyList<Own.Row> People, IReadOnlyList<Own.Row> Lines)
{
    private static int _made;

    /// <summary>A person by name and mobile, or a line by its number.</summary>
    internal sealed record Row(long Id, string Name, string Sought);

    /// <summary>Makes one with three people and three lines.</summary>
    public static Task<Own> Make(Browser browser) => browser.Demo.With<IServiceProvider, Own>(async (db, services) =>
    {
        var (person, line) = (services.GetRequiredService<SaveContact>(), services.GetRequiredService<SaveWaybill>());
        var mark = Interlocked.Increment(ref _made);
        var name = $"行旅{mark:00}号货运公司";
        var customer = new Customer
        {
            Number = $"XL-{mark:0000}", Name = name, NormalizedName = CompanyName.Normalised(name), NamePinyin = Pinyin.Full(name), NameInitials = string.Join(' ', Pinyin.InitialsVariants(name)),
            UnitId = await db.Set<User>().Where(u => u.UserName == "outlet").Select(u => u.UnitId).SingleAsync(),
        };
        db.Add(customer);
        await db.SaveChangesAsync();
        customer.Number = $"KH-{customer.Id:0000000}";
        await db.SaveChangesAsync();
        var people = new List<Row>();
        foreach (var who in new[] { "甲", "乙", "丙" })
        {
            var (called, mobile) = ($"行{who}{mark:00}", $"1997{mark:0000}{people.Count:000}");
            var saved = await person.Run(customer.Id, null, null, new() { Name = called, Title = "原职务", Mobile = mobile, Active = true }, default);
            people.Add(new(saved.TryGet(out var contact, out var why) ? contact.Id : throw new InvalidOperationException(why.Code), called, mobile));
        }

        var lines = new List<Row>();
        for (var n = 1; n <= 3; n++)
        {
            var number = $"XL{mark:0000}-{n}";
            var saved = await line.Run(null, null, new() { ExternalNo = number, Date = new(2026, 3, n), Customer = customer.Number, RevenueFen = n * 100_00, Note = "原来的备注" }, default);
            lines.Add(new(saved.TryGet(out var id, out var why) ? id : throw new InvalidOperationException(why.Code), number, number));
        }

        return new(customer.Id, name, people, lines);
    });

    /// <summary>The first of it in a list.</summary>
    public Row First(string list) => list switch { "contacts" => People[0], "waybills" => Lines[0], _ => new(Customer, Name, Name) };

    /// <summary>What a field of the list says of it in the database, record by record.</summary>
    public Task<List<string?>> Stored(Browser browser, string list) => browser.Demo.In(db => list switch
    {
        "contacts" => db.Set<Contact>().Where(k => k.CustomerId == Customer).OrderBy(k => k.Id).Select(k => k.Title).ToListAsync(),
        "waybills" => db.Set<WaybillLine>().Where(w => w.CustomerId == Customer).OrderBy(w => w.Id).Select(w => (string?)w.Note).ToListAsync(),
        _ => db.Set<Customer>().Where(c => c.Id == Customer).Select(c => c.Website).ToListAsync(),
    });

    /// <summary>Puts the first of it into the bin of a list.</summary>
    public async Task Bin(Browser browser, string list)
    {
        var gone = await browser.Demo.With<SaveWaybill, bool>(async (db, save) => list switch
        {
            "contacts" => await db.Set<Contact>().Where(k => k.Id == People[0].Id).ExecuteUpdateAsync(u => u.SetProperty(k => k.DeletedAt, db.UtcNow).SetProperty(k => k.DeletedBy, 1L)) == 1,
            "waybills" => (await save.Delete(Lines[0].Id, null, default)).Refusal is null,
            _ => await db.Set<Customer>().Where(c => c.Id == Customer).ExecuteUpdateAsync(u => u.SetProperty(c => c.DeletedAt, db.UtcNow).SetProperty(c => c.DeletedBy, 1L)) == 1,
        });
        Assert.True(gone);
    }

    /// <summary>The field of a list that the walks change: a web site, a post, a note.</summary>
    public static string FieldOf(string list) => list switch { "contacts" => "title", "waybills" => "note", _ => "website" };
}
