using System.Net;
using System.Text;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>A contact for an address book.</summary>
public sealed class ContactCardTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void What_means_something_to_the_format_is_escaped_and_lines_are_folded_between_signs()
    {
        var card = ContactCard.Of(new() { Name = "王;小,明\\", Title = "经理\nTEL:110", Mobile = "13800000001", Email = "a@example.com" }, string.Concat(Enumerable.Repeat("铁路", 30)));

        var lines = card.Split("\r\n");
        Assert.All(lines, l => Assert.True(Encoding.UTF8.GetByteCount(l) <= 75, l));
        Assert.Contains(@"FN:王\;小\,明\\", lines);
        Assert.Contains(@"N:王\;小\,明\\;;;;", lines);
        Assert.Contains(@"TITLE:经理\nTEL:110", lines);
        Assert.Contains("TEL;VALUE=text;TYPE=cell:13800000001", lines);
        Assert.Contains("ORG:" + string.Concat(Enumerable.Repeat("铁路", 30)), card.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.StartsWith("TEL:110", StringComparison.Ordinal));
        Assert.Equal(("BEGIN:VCARD", "VERSION:4.0", "END:VCARD"), (lines[0], lines[1], lines[^2]));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whoever_sees_the_customer_takes_the_card_and_nobody_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var actor = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(actor, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        Assert.True((await app.With<SaveContact, Result<Contact>>(actor, s => s.Run(customer.Id, null, null, new() { Name = "王小明" }, Ct))).TryGet(out var contact, out _));
        using var own = await app.Api("n1");
        using var other = await app.Api("s1");
        var address = new Uri($"/api/v1/customers/{customer.Id}/contacts/{contact.Id}/card", UriKind.Relative);

        using var taken = await own.GetAsync(address, Ct);
        using var absent = await other.GetAsync(address, Ct);

        Assert.Equal("text/vcard", taken.Content.Headers.ContentType!.MediaType);
        Assert.Equal("王小明.vcf", taken.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }
}
