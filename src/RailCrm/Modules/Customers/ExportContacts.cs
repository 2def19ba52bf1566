using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Modules.Customers;

/// <summary>The list of contacts as it is seen, all pages of it, as a file that our own import takes back without loss.</summary>
internal sealed class ExportContacts(CrmDb db, CustomFields fields, ListContacts contacts, ContactList list)
{
    /// <summary>The columns, named as the import knows them, the customer by number; its name is not read back and comes last.</summary>
    private static readonly IReadOnlyList<(string TextKey, Func<ListContacts.Line, string?, Cell> Cell)> Columns =
    [
        ("import.field.customer", (l, _) => Cell.Of(l.Number)), ("contact.name", (l, _) => Cell.Of(l.Contact.Name)), ("import.field.title", (l, _) => Cell.Of(l.Contact.Title)), ("import.field.mobile", (l, _) => Cell.Of(l.Contact.Mobile)),
        ("import.field.phone", (l, _) => Cell.Of(l.Contact.Phone)), ("import.field.email", (l, _) => Cell.Of(l.Contact.Email)), ("import.field.main", (l, _) => YesNo(l.Contact.IsMain)), ("import.field.active", (l, _) => YesNo(l.Contact.Active)),
        .. ContactFields.More.Select(f => (f.TextKey, (Func<ListContacts.Line, string?, Cell>)((l, _) => Deep(f, l)))),
        ("import.field.createdBy", (_, author) => Cell.Of(author)), ("import.field.createdAt", (l, _) => Cell.Of(Origin.Day(l.Contact.CreatedAt))), ("waybill.column_customer_name", (l, _) => Cell.Of(l.Customer)),
    ];

    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(string format, View view, CancellationToken ct)
    {
        if (!(await contacts.All(view, ct)).TryGet(out var all, out var refusal))
        {
            return refusal;
        }

        var asked = Uri.UnescapeDataString((view with { Cursor = null, Limit = 50, Columns = null, Base = null }).Address(list, ""));
        var name = string.Create(CultureInfo.InvariantCulture, $"{T("contact.title")}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        var held = new HashSet<long>();
        return new TableExport(db, name, nameof(Contact), asked, format, [.. Seen.Select(c => T(c.TextKey)), .. fields.Of("contacts", db.Actor).Select(f => f.Called)], Rows(all, held, ct), held);
    }

    private async IAsyncEnumerable<Cell[]> Rows(ListContacts.Whole all, HashSet<long> held, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var seen = Seen.ToList();
        await foreach (var batch in all.Batches)
        {
            held.UnionWith(batch.Select(l => l.Contact.CustomerId));
            var own = await fields.Cells(db, "contacts", [.. batch.Select(l => l.Contact.Custom)], ct);
            var authors = batch.Select(l => l.Contact.CreatedBy ?? 0).Where(id => id > 0).Distinct().ToList();
            var people = authors.Count == 0 ? [] : await fields.Reference(CustomKind.Person)!.Names(db, authors, ct);
            foreach (var (line, cells) in batch.Zip(own))
            {
                yield return [.. seen.Select(c => c.Cell(line, people.GetValueOrDefault(line.Contact.CreatedBy ?? 0))), .. cells];
            }
        }
    }

    /// <summary>The columns of fields that the reader may know of; a mask would be read for a value where the file comes in again.</summary>
    private IEnumerable<(string TextKey, Func<ListContacts.Line, string?, Cell> Cell)> Seen => db.Actor.Fields.IsFree ? Columns : Columns.Where(c => db.Actor.Fields.Of("contacts", Rule(c.TextKey)) <= FieldRight.See);

    private static string? Rule(string column) => column switch { "import.field.mobile" => nameof(Contact.Mobile), "import.field.phone" => nameof(Contact.Phone), "import.field.email" => nameof(Contact.Email), _ => ContactFields.More.FirstOrDefault(f => f.TextKey == column)?.Name };

    /// <summary>A field as the import reads it: whom one reports to is filled in for a batch.</summary>
    private static Cell Deep(ContactFields.Field field, ListContacts.Line line) => field.Name switch
    {
        nameof(Contact.ReportsToId) => Cell.Of(line.ReportsTo),
        nameof(Contact.Birthday) => Cell.Of(line.Contact.Birthday),
        nameof(Contact.BirthdayLunar) => line.Contact.Birthday is null ? Cell.Of((string?)null) : YesNo(line.Contact.BirthdayLunar),
        nameof(Contact.InactiveOn) => line.Contact.InactiveOn is { } day ? Cell.Day(day) : Cell.Of((string?)null),
        _ => Cell.Of(ContactFields.Said(SaveContact.Said(line.Contact), field, _ => null)),
    };

    private static Cell YesNo(bool said) => Cell.Of(T(said ? "ui.yes" : "ui.no"));

    /// <summary>Sends the file, or has a job make it where it is large.</summary>
    public static Task<IResult> Post([FromForm] string? format, HttpContext http, ContactList list, CancellationToken ct) => TakeAway.Whole(http, list, format, ct);
}
