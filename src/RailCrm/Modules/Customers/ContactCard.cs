using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>A contact as a vCard 4.0 (RFC 6350), for a phone's or a mail program's address book. Read as the page reads it, by whoever sees the customer.</summary>
internal static class ContactCard
{
    private const int MostOctets = 75;

    public static string Of(Contact contact, string customer)
    {
        var card = new StringBuilder();
        void Line(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                Fold(card, $"{name}:{value}");
            }
        }

        Line("BEGIN", "VCARD");
        Line("VERSION", "4.0");
        // A Chinese name is not taken apart: where the family name ends cannot be known for sure, and phones show FN.
        Line("N", $"{Escaped(contact.Name)};;;;");
        Line("FN", Escaped(contact.Name));
        Line("ORG", Escaped(customer));
        Line("TITLE", Escaped(contact.Title));
        Line("TEL;VALUE=text;TYPE=cell", Escaped(contact.Mobile));
        Line("TEL;VALUE=text;TYPE=work", Escaped(contact.Phone));
        Line("TEL;VALUE=text;TYPE=cell", Escaped(contact.Mobile2));
        Line("TEL;VALUE=text;TYPE=work", Escaped(contact.Phone2));
        Line("EMAIL", Escaped(contact.Email));
        Line("EMAIL", Escaped(contact.Email2));
        Line("IMPP", contact.WeChat is null ? null : $"weixin:{Uri.EscapeDataString(contact.WeChat)}");
        Line("BDAY", contact.BirthdayLunar ? null : contact.Birthday?.Replace("-", "", StringComparison.Ordinal) is { Length: 4 } day ? $"--{day}" : contact.Birthday?.Replace("-", "", StringComparison.Ordinal));
        Line("END", "VCARD");
        return card.ToString();
    }

    private static string? Escaped(string? value) =>
        value?.Replace("\\", @"\\", StringComparison.Ordinal).Replace(";", @"\;", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal).ReplaceLineEndings(@"\n");

    /// <summary>Lines of at most 75 octets, cut between signs, each further one begun with a space.</summary>
    private static void Fold(StringBuilder card, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MostOctets)
            {
                card.Append("\r\n ");
                octets = 1;
            }

            card.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        card.Append("\r\n");
    }

    public static async Task<IResult> Get(long id, long contactId, CrmDb db, CancellationToken ct)
    {
        var contact = await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == contactId && k.CustomerId == id, ct);
        var customer = contact is null ? null : await db.Set<Customer>().Where(c => c.Id == id).Select(c => c.Name).SingleOrDefaultAsync(ct);
        var kept = db.Actor.Fields;
        if (contact is not null && !kept.IsFree)
        {
            kept.Cover("contacts", contact, masks: false); // A telephone would ring a mask.
        }

        return customer is null ? TypedResults.NotFound() : TypedResults.File(Encoding.UTF8.GetBytes(Of(contact!, customer)), "text/vcard; charset=utf-8", $"{FileKinds.Name(contact!.Name)}.vcf");
    }
}
