using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Privacy;

/// <summary>All that is kept on a person who is a contact, as a file to be handed over (查阅、复制): for machines or to read, as far as the actor sees it. For a reason, recorded each time, and within what one is shown in an hour.</summary>
internal sealed class TakePerson(CrmDb db, CustomFields fields, KeepTraits traits, Allowance allowance)
{
    private const int Most = 10_000;

    /// <summary>What is told, part by part; each a list of lines, each line field by field.</summary>
    private sealed record Part(string Name, IReadOnlyList<IReadOnlyDictionary<string, string?>> Lines);

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What is asked.</summary>
    public sealed class Input
    {
        /// <summary>Why.</summary>
        public string? Reason { get; set; }

        /// <summary>text to read; else JSON.</summary>
        public string? Format { get; set; }
    }

    /// <summary>The file.</summary>
    public async Task<Result<(string Name, byte[] Bytes, string ContentType)>> Run(long customerId, long contactId, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (PlainText.Trimmed(input.Reason) is not { } why || !PlainText.IsStorable(why) || why.EnumerateRunes().Count() is < 2 or > KeepTraits.ReasonLength)
        {
            return new Refusal.InvalidMany([new("Reason", "personal.reason_missing", KeepTraits.ReasonLength)]);
        }

        if (!db.Actor.May(Permission.CustomersRead) || !db.Actor.May(Permission.ContactsPersonal) || db.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        if (await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == contactId && k.CustomerId == customerId, ct) is not { } contact || await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        if (!allowance.Take($"reveal:{db.Actor.UserId}", RevealFields.MostInAnHour, TimeSpan.FromHours(1)))
        {
            return new Refusal.InvalidMany([new("Reason", "reveal.too_many", RevealFields.MostInAnHour)]);
        }

        var shown = await traits.All(contactId, ct);
        var (text, parts) = (input.Format == "text", await Parts(db.Actor.Fields.Cover("contacts", contact), customer, shown, ct));
        await db.Write(async () =>
        {
            if (shown.Count > 0)
            {
                var told = shown.Keys.Order().ToDictionary(k => $"Personal.{k}", _ => new string?[] { null, "•••" });
                told["Reason"] = [null, why];
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "revealed", nameof(Contact), contactId, customerId, JsonSerializer.Serialize(told, AuditEntry.Plainly)));
            }

            db.Add(new AuditEntry(db.Actor, db.UtcNow, "exported", nameof(Contact), contactId, customerId, JsonSerializer.Serialize(new Dictionary<string, object?[]> { ["Rows"] = [null, 1], ["Format"] = [null, text ? "text" : "json"], ["Reason"] = [null, why] }, AuditEntry.Plainly)));
            await db.SaveChangesAsync(ct);
            return true;
        }, ct);
        var name = string.Create(CultureInfo.InvariantCulture, $"person-{contactId}.{(text ? "txt" : "json")}");
        return text ? (name, Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(Said(parts))).ToArray(), "text/plain; charset=utf-8")
            : (name, JsonSerializer.SerializeToUtf8Bytes(parts.ToDictionary(p => p.Name, p => p.Lines), Json), "application/json; charset=utf-8");
    }

    private async Task<List<Part>> Parts(Contact contact, Customer customer, IReadOnlyDictionary<TraitKind, string> shown, CancellationToken ct)
    {
        var (id, said) = (contact.Id, SaveContact.Said(contact));
        var above = contact.ReportsToId is { } boss ? await db.Set<Contact>().Where(k => k.Id == boss).Select(k => k.Name).SingleOrDefaultAsync(ct) : null;
        var record = new Dictionary<string, string?>
        {
            [Texts.Get("contact.name")] = contact.Name, [Texts.Get("contact.customer")] = customer.Name, [Texts.Get("contact.post")] = contact.Title, [Texts.Get("contact.mobile")] = contact.Mobile, [Texts.Get("customer.phone")] = contact.Phone,
            [Texts.Get("contact.email")] = contact.Email, [Texts.Get("contact.main")] = Texts.Get(contact.IsMain ? "ui.yes" : "ui.no"), [Texts.Get("contact.active")] = Texts.Get(contact.Active ? "ui.yes" : "ui.no"),
        };
        foreach (var field in ContactFields.More)
        {
            record[Texts.Get(field.TextKey)] = ContactFields.Said(said, field, _ => above);
        }

        foreach (var (field, text, _) in await fields.Read(db, "contacts", contact.Custom, said, ct))
        {
            record[field.Called] = text;
        }

        foreach (var (kind, text) in shown)
        {
            record[Texts.Get($"field.Personal.{kind}")] = text;
        }

        var notes = await db.Set<Note>().AsNoTracking().Where(n => n.RecordKind == RecordKind.Contact && n.RecordId == id).OrderBy(n => n.Id).Take(Most).ToListAsync(ct);
        var gestures = await db.Set<Gesture>().AsNoTracking().Where(g => g.RecordKind == RecordKind.Contact && g.RecordId == id).OrderBy(g => g.On).Take(Most).ToListAsync(ct);
        var days = await db.Set<ContactDay>().AsNoTracking().Where(d => d.RecordKind == RecordKind.Contact && d.RecordId == id).OrderBy(d => d.Id).ToListAsync(ct);
        var files = await db.Set<Attachment>().AsNoTracking().Where(a => a.RecordKind == RecordKind.Contact && a.RecordId == id).OrderBy(a => a.Id).Take(Most).ToListAsync(ct);
        var events = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(Contact) && a.EntityId == id).OrderBy(a => a.Id).Take(Most).ToListAsync(ct);
        var writers = notes.Select(n => n.AuthorId).Concat(gestures.Select(g => g.UserId)).Distinct().ToList();
        var people = await db.Set<User>().Where(u => EF.Parameter(writers).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return
        [
            new("record", [record]),
            new("employers", [.. (await FormerContact.Of(db, id, ct)).Select(f => new Dictionary<string, string?> { ["customer"] = f.Customer, ["title"] = f.Was.Title, ["from"] = CustomerText.Day(f.Was.From), ["until"] = CustomerText.Day(f.Was.Until) })]),
            new("notes", [.. notes.Select(n => new Dictionary<string, string?> { ["at"] = Figures.Time(n.CreatedAt), ["by"] = people.GetValueOrDefault(n.AuthorId), ["text"] = n.Text })]),
            new("days", [.. days.Select(d => new Dictionary<string, string?> { ["name"] = d.Name, ["day"] = d.IsLunar ? Texts.Get("contact.lunar_day", d.Day) : d.Day })]),
            new("gestures", [.. gestures.Select(g => new Dictionary<string, string?> { ["on"] = CustomerText.Day(g.On), ["kind"] = Texts.Get($"gesture.{JsonNamingPolicy.CamelCase.ConvertName(g.Kind.ToString())}"), ["value"] = new Money(g.ValueFen).ToString(), ["note"] = g.Note, ["compliance"] = g.Compliance, ["by"] = people.GetValueOrDefault(g.UserId) })]),
            new("attachments", [.. files.Select(a => new Dictionary<string, string?> { ["name"] = a.FileName, ["at"] = Figures.Time(a.CreatedAt), ["bytes"] = a.SizeBytes.ToString(CultureInfo.InvariantCulture) })]),
            new("events", [.. events.Select(a => new Dictionary<string, string?> { ["at"] = Figures.Time(a.At), ["by"] = a.ActorName, ["action"] = Texts.Find($"audit.action_{a.Action}") ?? a.Action, ["fields"] = Told(a) })]),
        ];
    }

    /// <summary>Which fields an event changed, as far as the actor sees them.</summary>
    private string Told(AuditEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Changes);
        return string.Join(", ", json.RootElement.EnumerateObject().Select(p => p.Name).Where(f => fields.Sees("contacts", f, db.Actor)).Select(f => Texts.Find($"field.Contact.{f}") ?? Texts.Find($"field.{f}") ?? f));
    }

    private static string Said(IEnumerable<Part> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts.Where(p => p.Lines.Count > 0))
        {
            text.Append("== ").Append(Texts.Get($"personal.part_{part.Name}")).AppendLine(" ==");
            foreach (var line in part.Lines)
            {
                var said = line.Where(f => f.Value is not null).ToList();
                text.AppendLine(part.Name == "record" ? string.Join('\n', said.Select(f => $"{f.Key}{Texts.Get("history.colon")}{f.Value}")) : $"- {string.Join(" · ", said.Select(f => f.Value))}");
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    public static async Task<IResult> Post(long id, long contactId, Input input, TakePerson useCase, CancellationToken ct) =>
        (await useCase.Run(id, contactId, input, ct)).Answer(f => TypedResults.File(f.Bytes, f.ContentType, f.Name));

    /// <summary>From the page; a refusal is told there.</summary>
    public static async Task<IResult> Form(long id, long contactId, [FromForm] string? reason, [FromForm] string? format, HttpContext http, TakePerson useCase, CancellationToken ct)
    {
        if ((await useCase.Run(id, contactId, new() { Reason = reason, Format = format }, ct)).TryGet(out var file, out var refusal))
        {
            return TypedResults.File(file.Bytes, file.ContentType, file.Name);
        }

        if (refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        new Notice(refusal is Refusal.InvalidMany { Errors: [var wrong, ..] } ? Texts.Get(wrong.Code, wrong.Args) : Texts.Get(refusal.Code, refusal.Args), IsError: true).Leave(http);
        return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/customers/{id}/contacts/{contactId}/personal"));
    }
}
