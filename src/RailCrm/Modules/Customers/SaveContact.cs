using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>People at a customer: listed, created, changed, put into the bin and out again. Whoever sees the customer sees them.</summary>
public sealed partial class SaveContact(CrmDb db, CustomFields fields)
{
    private const int WordLength = 100;

    private Answer Told(Contact c) => db.Actor.Fields.Cover("contacts", Answer.Of(c, fields.Said("contacts", c.Custom, db.Actor)));

    /// <summary>What is stored, as one would say it.</summary>
    internal static Input Said(Contact k) => new()
    {
        Name = k.Name, Title = k.Title, Mobile = k.Mobile, Phone = k.Phone, Email = k.Email, IsMain = k.IsMain, Active = k.Active, Mobile2 = k.Mobile2, Phone2 = k.Phone2, Email2 = k.Email2, WeChat = k.WeChat,
        PreferredWay = k.PreferredWay, PreferredTime = k.PreferredTime, DecisionRole = k.DecisionRole, ReportsToId = k.ReportsToId, Attitude = k.Attitude, Influence = k.Influence, Closeness = k.Closeness, Competence = k.Competence,
        Birthday = k.Birthday, BirthdayLunar = k.BirthdayLunar, Customs = k.Customs, InactiveOn = k.InactiveOn, InactiveReason = k.InactiveReason,
    };

    /// <summary>Main first, then the active by name; with <paramref name="binned"/> those in the bin instead. What is kept from the actor is not in them.</summary>
    internal async Task<Result<List<Contact>>> Of(long customerId, bool binned, CancellationToken ct)
    {
        if (!await db.Set<Customer>().AnyAsync(c => c.Id == customerId, ct))
        {
            return new Refusal.NotFound();
        }

        var all = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(k => k.CustomerId == customerId && (k.DeletedAt != null) == binned && k.PartOfId == null)
            .OrderByDescending(k => k.IsMain).ThenByDescending(k => k.Active).ThenBy(k => k.Name).ThenBy(k => k.Id).Take(500).ToListAsync(ct);
        return all.ConvertAll(k => db.Actor.Fields.Cover("contacts", k));
    }

    /// <summary>Creates one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public Task<Result<Contact>> Run(long customerId, long? id, int? version, Input input, CancellationToken ct) => Run(customerId, id, version, input, null, ct);

    /// <summary>As the other; a new one with who made it before it came here.</summary>
    internal async Task<Result<Contact>> Run(long customerId, long? id, int? version, Input input, Origin? origin, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (id is not null && input.BirthdayLunar is null && !string.IsNullOrWhiteSpace(input.Birthday))
        {
            // Which calendar is not said: that of the same day as it is stored, else the usual one.
            input.BirthdayLunar = await db.Set<Contact>().AnyAsync(k => k.Id == id && k.BirthdayLunar && k.Birthday == input.Birthday.Trim(), ct);
        }

        if (Check(input).FindAll(e => db.Actor.Fields.Edits("contacts", e.Field)) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write<Result<Contact>>(async () =>
            {
                if (await Owner(customerId, ct) is not { } customer)
                {
                    return new Refusal.NotFound();
                }

                if ((await Ownership.Of(db, [customer], ct)).Prevents(customerId, moves: false) is { } shared)
                {
                    return shared;
                }

                var all = await db.Set<Contact>().Where(k => k.CustomerId == customerId).ToListAsync(ct);
                var contact = id is null ? new Contact { CustomerId = customerId, CreatedAt = origin?.At ?? db.UtcNow, CreatedBy = origin?.AuthorId ?? db.Actor.UserId } : all.SingleOrDefault(k => k.Id == id);
                if (contact is null)
                {
                    return new Refusal.NotFound();
                }

                if (id is not null && version is not null && contact.Version != version)
                {
                    return new Refusal.Stale();
                }

                if (contact.ErasedAt is not null)
                {
                    return new Refusal.Conflict("personal.erased_stays");
                }

                var said = input;
                if (db.Actor.Fields.Keep("contacts", ref said, id is null ? new() : Said(contact)) is { Count: > 0 } kept)
                {
                    return new Refusal.InvalidMany(kept);
                }

                if (said.ReportsToId is { } above && above != contact.ReportsToId && Above(all, id, above) is { } error)
                {
                    return new Refusal.InvalidMany([error]);
                }

                var left = contact.Active || id is null;
                Apply(said, contact, first: id is null && !all.Exists(k => k.IsMain));
                contact.InactiveOn ??= left && !contact.Active ? BusinessCalendar.Day(db.UtcNow) : null;
                if (await fields.Apply(db, "contacts", contact, contact.Id, customerId, said.Custom, said, ct) is { } wrong)
                {
                    db.ChangeTracker.Clear(); // No later save of this request stores what was refused.
                    return wrong;
                }

                if (contact.IsMain)
                {
                    all.ForEach(k => k.IsMain = k == contact);
                }

                if (id is null)
                {
                    db.Add(contact);
                }

                await db.SaveChangesAsync(ct);
                if (id is null && origin is not null)
                {
                    db.Add(origin.Told(db, nameof(Contact), contact.Id, customerId));
                    await db.SaveChangesAsync(ct);
                }

                await Follow(customer, ct, contact);
                return contact;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (FoundBeside(e))
        {
            db.ChangeTracker.Clear();
            return await Run(customerId, id, version, input, origin, ct);
        }
    }

    /// <summary>Why one cannot report to another of the same customer: there is none such, or he reports to the one in the end.</summary>
    private static FieldError? Above(List<Contact> all, long? id, long above)
    {
        var (step, seen) = (all.Find(k => k.Id == above), new HashSet<long>());
        if (step is null)
        {
            return new(nameof(Input.ReportsToId), "contact.reports_unknown");
        }

        for (; step is not null && seen.Add(step.Id); step = all.Find(k => k.Id == step.ReportsToId))
        {
            if (step.Id == id)
            {
                return new(nameof(Input.ReportsToId), "contact.reports_round");
            }
        }

        return null;
    }

    /// <summary>Whether somebody has just found the same pair from its other side. SQLite's writers are in turn anyway.</summary>
    private bool FoundBeside(DbUpdateException e) => db.Database.CurrentTransaction is null && e.InnerException is Npgsql.PostgresException { SqlState: "23505", TableName: "contact_pairs" or "duplicate_pairs" };

    /// <summary>Into the bin, or out of it. A main contact stops being it.</summary>
    internal async Task<Result<Contact>> Bin(long customerId, long id, bool into, int? version, CancellationToken ct)
    {
        try
        {
            return await db.Write(() => Moved(customerId, id, into, version, ct), ct);
        }
        catch (DbUpdateException e) when (FoundBeside(e))
        {
            db.ChangeTracker.Clear();
            return await Bin(customerId, id, into, version, ct);
        }
    }

    private async Task<Result<Contact>> Moved(long customerId, long id, bool into, int? version, CancellationToken ct)
    {
        var customer = await Owner(customerId, ct);
        var contact = customer is null ? null : await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).SingleOrDefaultAsync(k => k.Id == id && k.CustomerId == customerId && (k.DeletedAt == null) == into, ct);
        if (customer is null || contact is null)
        {
            return new Refusal.NotFound();
        }

        if ((await Ownership.Of(db, [customer], ct)).Prevents(customerId, moves: false) is { } shared)
        {
            return shared;
        }

        if (contact.PartOfId is not null)
        {
            return new Refusal.Conflict("merge.contacts_not_from_bin");
        }

        if (version is not null && contact.Version != version)
        {
            return new Refusal.Stale();
        }

        (contact.DeletedAt, contact.DeletedBy, contact.IsMain) = into ? (db.UtcNow, db.Actor.UserId, false) : ((DateTime?)null, (long?)null, false);
        await db.SaveChangesAsync(ct);
        await Follow(customer, ct, contact);
        return contact;
    }

    /// <summary>The customer, held so that two at once do not make two main contacts. SQLite's writers are in turn anyway.</summary>
    private async Task<Customer?> Owner(long customerId, CancellationToken ct)
    {
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE id = {customerId} FOR NO KEY UPDATE", ct);
        }

        return await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct);
    }

    /// <summary>What follows for the customer: found by the contact's phones, and how complete it is. Its version stays: an open form is not spoilt by this.</summary>
    internal async Task Follow(Customer customer, CancellationToken ct, Contact? changed = null)
    {
        await CustomerSearch.Write(db, customer, ct);
        await RenewPairs.Of(db, customer.Id, ct);
        if (changed is not null)
        {
            await ContactSearch.Write(db, changed, ct);
            await RenewContactPairs.Of(db, changed, ct);
        }

        var score = Completeness.Score(customer, await Completeness.Lists.Of(db, customer.Id, ct));
        if (score != customer.Completeness)
        {
            await db.Set<Customer>().Where(c => c.Id == customer.Id).ExecuteUpdateAsync(u => u.SetProperty(c => c.Completeness, score), ct);
        }
    }

    /// <summary>The first person of a customer that is yet to be made, of checked fields.</summary>
    internal Contact First(Input input)
    {
        var contact = new Contact { CreatedAt = db.UtcNow, CreatedBy = db.Actor.UserId };
        Apply(input, contact, first: true);
        return contact;
    }

    internal static void Apply(Input input, Contact contact, bool first)
    {
        contact.Name = input.Name.Trim();
        contact.Title = PlainText.Trimmed(input.Title);
        contact.Mobile = PlainText.Trimmed(input.Mobile);
        contact.Phone = PlainText.Trimmed(input.Phone);
        contact.Email = PlainText.Trimmed(input.Email);
        contact.MobileDigits = PhoneNumber.Digits(input.Mobile);
        contact.PhoneDigits = PhoneNumber.Digits(input.Phone);
        contact.Active = input.Active ?? contact.Active;
        contact.IsMain = contact.Active && (input.IsMain ?? (contact.IsMain || first));
        (contact.Mobile2, contact.Phone2, contact.Email2, contact.WeChat) = (PlainText.Trimmed(input.Mobile2), PlainText.Trimmed(input.Phone2), PlainText.Trimmed(input.Email2), PlainText.Trimmed(input.WeChat));
        (contact.Mobile2Digits, contact.Phone2Digits) = (PhoneNumber.Digits(input.Mobile2), PhoneNumber.Digits(input.Phone2));
        (contact.PreferredWay, contact.PreferredTime) = (input.PreferredWay, PlainText.Trimmed(input.PreferredTime));
        (contact.DecisionRole, contact.ReportsToId, contact.Attitude, contact.Influence, contact.Closeness) = (input.DecisionRole, input.ReportsToId, input.Attitude, input.Influence, input.Closeness);
        (contact.Competence, contact.Customs) = (PlainText.Trimmed(input.Competence), PlainText.Trimmed(input.Customs));
        Birthday.TryRead(input.Birthday, input.BirthdayLunar ?? contact.BirthdayLunar, out var birthday);
        (contact.Birthday, contact.BirthdayLunar, contact.BirthdayKey) = (birthday?.ToString(), birthday?.IsLunar == true, birthday?.Key);
        (contact.InactiveOn, contact.InactiveReason) = contact.Active ? (null, null) : (input.InactiveOn, PlainText.Trimmed(input.InactiveReason));
    }

    /// <summary>What a contact's fields must satisfy.</summary>
    internal static List<FieldError> Check(Input input)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(input.Name))
        {
            errors.Add(new(nameof(input.Name), "contact.name_missing"));
        }

        (string Field, string? Text, int Longest)[] texts = [(nameof(input.Name), input.Name, WordLength), (nameof(input.Title), input.Title, WordLength), (nameof(input.Mobile), input.Mobile, 50), (nameof(input.Phone), input.Phone, 50), (nameof(input.Email), input.Email, Customer.NameLength),
            .. ContactFields.More.Where(f => f.Longest > 0).Select(f => (f.Name, ContactFields.Typed(input, f), f.Longest))];
        errors.AddRange(texts.Where(t => !PlainText.IsStorable(t.Text)).Select(t => new FieldError(t.Field, "customer.text_unstorable")));
        errors.AddRange(texts.Where(t => t.Text?.EnumerateRunes().Count() > t.Longest).Select(t => new FieldError(t.Field, "customer.text_long", t.Longest)));
        errors.AddRange(texts.Where(t => t.Field is nameof(input.Mobile) or nameof(input.Phone) or nameof(input.Mobile2) or nameof(input.Phone2) && !string.IsNullOrWhiteSpace(t.Text) && PhoneNumber.Digits(t.Text) is not { Length: >= 5 and <= 20 }).Select(t => new FieldError(t.Field, "contact.phone_wrong")));
        errors.AddRange(texts.Where(t => t.Field is nameof(input.Email) or nameof(input.Email2) && !IsMail(t.Text)).Select(t => new FieldError(t.Field, "contact.email_wrong")));
        if (!string.IsNullOrWhiteSpace(input.Birthday) && !Birthday.TryRead(input.Birthday, input.BirthdayLunar == true, out _))
        {
            errors.Add(new(nameof(input.Birthday), "contact.birthday_wrong"));
        }

        if (input.InactiveOn is { Year: < 1950 or > 2100 })
        {
            errors.Add(new(nameof(input.InactiveOn), "contact.day_wrong"));
        }

        if (input is { IsMain: true, Active: false })
        {
            errors.Add(new(nameof(input.IsMain), "contact.main_inactive"));
        }

        return errors;
    }

    private static bool IsMail(string? text) => string.IsNullOrWhiteSpace(text) || (!text.Any(char.IsControl) && MailAddress.TryCreate(text.Trim(), out var mail) && mail.Address == text.Trim());

    internal static async Task<IResult> GetAll(long id, SaveContact useCase, CancellationToken ct) =>
        (await useCase.Of(id, binned: false, ct)).Answer(all => TypedResults.Ok(new Listing<Answer>([.. all.Select(useCase.Told)], null)));

    /// <summary>What hangs on a contact, to be told before it goes.</summary>
    internal async Task<IReadOnlyList<(string TextKey, int Count)>> Hanging(long id, CancellationToken ct)
    {
        (string, int)[] all =
        [
            ("note.title", await ListNotes.Count(db, RecordKind.Contact, id, ct)), ("attachment.title", await KeepAttachment.Count(db, RecordKind.Contact, id, ct)),
            ("contact.marks", await db.Set<RecordMark>().CountAsync(m => m.RecordKind == RecordKind.Contact && m.RecordId == id, ct)),
        ];
        return [.. all.Where(h => h.Item2 > 0)];
    }

    /// <summary>One of the customer's people, who is not in the bin; without what is kept from the actor.</summary>
    internal async Task<Result<Contact>> One(long customerId, long id, CancellationToken ct) =>
        await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == id && k.CustomerId == customerId && db.Set<Customer>().Any(c => c.Id == customerId), ct) is { } contact ? db.Actor.Fields.Cover("contacts", contact) : new Refusal.NotFound();

    internal static async Task<IResult> Get(long id, long contactId, SaveContact useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.One(id, contactId, ct)).Answer(c =>
        {
            Versions.Tell(http, c.Version);
            return TypedResults.Ok(useCase.Told(c));
        });

    internal static async Task<IResult> Post(long id, Input input, SaveContact useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(id, null, null, input, ct)).Answer(c =>
        {
            Versions.Tell(http, c.Version);
            return TypedResults.Created($"/api/v1/customers/{id}/contacts/{c.Id}", useCase.Told(c));
        });

    internal static async Task<IResult> Put(long id, long contactId, Input input, SaveContact useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(id, contactId, Versions.Asked(http), input, ct)).Answer(c =>
        {
            Versions.Tell(http, c.Version);
            return TypedResults.Ok(useCase.Told(c));
        });

    internal static async Task<IResult> Delete(long id, long contactId, SaveContact useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Bin(id, contactId, into: true, Versions.Asked(http), ct)).Answer(_ => TypedResults.NoContent());

    internal static async Task<IResult> PostRestore(long id, long contactId, SaveContact useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Bin(id, contactId, into: false, Versions.Asked(http), ct)).Answer(c => TypedResults.Ok(useCase.Told(c)));
}
