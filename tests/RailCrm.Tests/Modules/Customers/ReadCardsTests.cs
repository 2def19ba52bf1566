using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using static RailCrm.Tests.Platform.PaletteUse;

namespace RailCrm.Tests.Modules.Customers;

public sealed class ReadCardsTests
{
    private const string Phone = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:王;小明;;;\r\nFN:王小明\r\nORG:甲公司\\;分部;物流\r\nTITLE:经理\\, 主管\r\nitem1.TEL;type=CELL;type=pref:+86 138-0000-0001\r\nTEL;TYPE=WORK,VOICE:0512-66554433\r\nTEL;TYPE=FAX:0512-1\r\nTEL:13900000002\r\nEMAIL;TYPE=INTERNET:a@\r\n example.cn\r\nBDAY:1980-05-03\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nN:李;娜;;;\r\nTEL;VALUE=uri;TYPE=\"cell,voice\":tel:+8613700000003\r\nBDAY:--0503\r\nIMPP:weixin:linna\r\nEND:VCARD\r\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Cards_are_read_as_phones_write_them()
    {
        var cards = ReadCards.Of(Phone);

        Assert.Equal(2, cards.Count);
        var (wang, li) = (cards[0].Said, cards[1].Said);
        Assert.Equal(("王小明", "经理, 主管", "+86 138-0000-0001", "13900000002", "0512-66554433", "a@example.cn", "1980-05-03", "甲公司;分部"), (wang.Name, wang.Title, wang.Mobile, wang.Mobile2, wang.Phone, wang.Email, wang.Birthday, cards[0].Company));
        Assert.Equal(("李娜", "+8613700000003", "05-03", "linna"), (li.Name, li.Mobile, li.Birthday, li.WeChat));
        Assert.Empty(ReadCards.Of("no card\nBEGIN:VCARD\nFN:x"));

        // As older phones write them: signs of mail with soft ends of lines, GB18030, a number twice, a birthday without its year.
        var old = ReadCards.Of("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r\n=E4=B8=89\r\nTEL;CELL:13900001111\r\nTEL;CELL:139-0000-1111\r\nBDAY:1604-05-03\r\nEND:VCARD\r\n")[0].Said;
        Assert.Equal(("张三", "13900001111", null, "05-03"), (old.Name, old.Mobile, old.Mobile2, old.Birthday));
        Assert.Equal("FN:张三", ReadCards.Text([.. "FN:"u8, 0xD5, 0xC5, 0xC8, 0xFD]));
        var own = ContactCard.Of(new() { Name = "王;小,明\\", Mobile = "13800000001", Mobile2 = "13900000002", Email2 = "b@example.cn", WeChat = "微 信", Birthday = "05-03" }, "甲");
        Assert.Equal(("王;小,明\\", "13900000002", "b@example.cn", "微 信", "05-03"), ReadCards.Of(own)[0].Said is var back ? (back.Name, back.Mobile2, back.Email, back.WeChat, back.Birthday) : default); // What we write we read.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_file_is_looked_at_before_those_ticked_are_saved(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = (await Customer(app, "n1", new() { Name = "甲公司" })).Id;
        await Person(app, "n1", customer, new() { Name = "王小明" });
        using var browser = await app.SignedIn("n1");
        var address = new Uri($"/customers/{customer}/contacts/cards", UriKind.Relative);
        var token = Regex.Match(await browser.GetStringAsync(address, Ct), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var file = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new StringContent("read"), "_handler" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(Phone)), "File", "people.vcf" } };
        using var looked = await browser.PostAsync(address, file, Ct);
        var page = await looked.Content.ReadAsStringAsync(Ct);

        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        Assert.Contains("可能已有", page, StringComparison.Ordinal);
        Assert.Equal(1, await app.In(Actor.System("test"), db => db.Set<Contact>().CountAsync(Ct)));
        var cards = WebUtility.HtmlDecode(Regex.Match(page, "name=\"Cards\" value=\"([^\"]+)\"").Groups[1].Value);
        using var saved = await CrmApp.Submit(browser, address.OriginalString, "save", new() { ["Cards"] = cards, ["Take"] = "1" });
        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Equal("linna", (await app.In(Actor.System("test"), db => db.Set<Contact>().SingleAsync(k => k.Name == "李娜", Ct))).WeChat);
    }
}
