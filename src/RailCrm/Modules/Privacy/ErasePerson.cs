using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Audit;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Privacy;

/// <summary>Erases a person: what was said of it is gone from its row, from what hangs on it, from what went with merges and moves, and from the trail, which stays one chain. The row, its gestures with day and worth, and all counts stay.</summary>
internal sealed class ErasePerson(CrmDb db, SaveContact save, ErasedWords words)
{
    /// <summary>Longest reason.</summary>
    public const int ReasonLength = 500;

    /// <summary>What stands in place of a text.</summary>
    public const string Mark = "**";

    /// <summary>Kinds of rows that hang on a contact, as the trail calls them.</summary>
    private static readonly string[] Hanging = [nameof(Note), nameof(Attachment), nameof(Gesture), nameof(ContactDay), nameof(FormerContact)];

    /// <summary>Those of its customers in which its numbers may stand.</summary>
    private static readonly string[] Beside = [nameof(Customer), nameof(Contact), .. Hanging];

    private static readonly string[] Numbers = ["Mobile", "Phone", "Mobile2", "Phone2", "MobileDigits", "PhoneDigits", "Mobile2Digits", "Phone2Digits", "Email", "Email2"];

    /// <summary>How it would be.</summary>
    /// <param name="Contact">Whom.</param>
    /// <param name="Counts">What goes, and what stays without its text.</param>
    /// <param name="Stays">Names and numbers that others have too, and that stay in texts elsewhere.</param>
    public sealed record Preview(Contact Contact, IReadOnlyList<(string TextKey, long Count)> Counts, IReadOnlyList<string> Stays);

    /// <summary>What the person's name is from then on.</summary>
    public static string NameOf(long id) => string.Create(CultureInfo.InvariantCulture, $"已删除的联系人 #{id}");

    /// <summary>Shows how it would be.</summary>
    public async Task<Result<Preview>> Look(long customerId, long contactId, CancellationToken ct)
    {
        if (!(await Whole(customerId, contactId, ct)).TryGet(out var whole, out var refusal))
        {
            return refusal;
        }

        var (ids, people) = (whole.Ids, whole.People);
        var said = people.Sum(k => ContactFields.More.Count(f => ContactFields.Typed(SaveContact.Said(k), f) is not null) + new[] { k.Title, k.Mobile, k.Phone, k.Email }.Count(v => v is not null));
        (string, long)[] counts =
        [
            ("personal.goes_fields", said), ("personal.block", await On<PersonalTrait>(ids).CountAsync(ct)), ("note.title", await On<Note>(ids).LongCountAsync(ct)), ("attachment.title", await On<Attachment>(ids).LongCountAsync(ct)),
            ("care.days_kept", await On<ContactDay>(ids).LongCountAsync(ct)), ("care.gestures", await On<Gesture>(ids).LongCountAsync(ct)), ("personal.goes_trail", whole.Trail.Count),
        ];
        return new Preview(people[0], [.. counts.Where(c => c.Item2 > 0)], whole.Stays);
    }

    /// <summary>Does it, if the contact still has <paramref name="version"/> and it is <paramref name="still"/> to be.</summary>
    public async Task<Result<Contact>> Run(long customerId, long contactId, int? version, string? reason, CancellationToken ct, Func<Task<bool>>? still = null)
    {
        if (PlainText.Trimmed(reason) is not { } why || !PlainText.IsStorable(why) || why.EnumerateRunes().Count() is < 2 or > ReasonLength)
        {
            return new Refusal.InvalidMany([new("Reason", "personal.reason_missing", ReasonLength)]);
        }

        return await db.Write(async () =>
        {
            await MergeGround.Hold(db, [customerId], ct);
            if (still is not null && !await still())
            {
                return new Refusal.Stale();
            }

            if (!(await Whole(customerId, contactId, ct)).TryGet(out var whole, out var refusal))
            {
                return refusal;
            }

            return version is not null && whole.People[0].Version != version ? new Refusal.Stale() : await Erase(whole, why, ct);
        }, ct);
    }

    /// <summary>A person with all that it was merged of.</summary>
    /// <param name="Ids">The contact first.</param>
    /// <param name="People">Their rows.</param>
    /// <param name="Customers">Where it is and was.</param>
    /// <param name="Words">What tells the person and nobody else.</param>
    /// <param name="Stays">What others have too.</param>
    /// <param name="Trail">The rows of the trail that hold something of it, as they are to be.</param>
    private sealed record All(List<long> Ids, IReadOnlyList<Contact> People, List<long> Customers, ErasedWords.Words Words, IReadOnlyList<string> Stays, IReadOnlyList<(AuditEntry Row, string Changes)> Trail);

    private async Task<Result<All>> Whole(long customerId, long contactId, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.ContactsErase) || db.Actor.ReadsOnly)
        {
            return new Refusal.Forbidden();
        }

        // From the bin, too: who was removed, or whose customer was, is a person all the same.
        if (await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleOrDefaultAsync(k => k.Id == contactId && k.CustomerId == customerId && k.PartOfId == null, ct) is not { } contact
            || await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId && c.MergedIntoId == null, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        if ((await Ownership.Of(db, [customer], ct)).Prevents(customerId, moves: false) is { } shared)
        {
            return shared;
        }

        List<Contact> people = [contact, .. await db.Set<Contact>().IgnoreQueryFilters().AsNoTracking().Where(k => k.PartOfId == contactId).OrderBy(k => k.Id).ToListAsync(ct)];
        var ids = people.ConvertAll(k => k.Id);
        if (contact.ErasedAt is not null && !await Hangs(ids, ct))
        {
            return new Refusal.Conflict("personal.erased_already");
        }

        var own = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(Contact) && EF.Parameter(ids).Contains(a.EntityId)).ToListAsync(ct);
        List<long> customers = [.. people.Select(k => k.CustomerId).Concat(await db.Set<FormerContact>().IgnoreQueryFilters().Where(f => EF.Parameter(ids).Contains(f.ContactId)).Select(f => f.CustomerId).ToListAsync(ct)).Concat(own.Select(a => a.CustomerId).OfType<long>()).Distinct()];
        var (told, stays) = await Told(people, own, ids, ct);
        return new All(ids, people, customers, told, stays, await Trail(own, ids, customers, told, ct));
    }

    /// <summary>Whether something was hung on an erased person since.</summary>
    private async Task<bool> Hangs(List<long> ids, CancellationToken ct) =>
        await On<Note>(ids).AnyAsync(n => n.Text != Mark, ct) || await On<Gesture>(ids).AnyAsync(g => g.Note != null || g.Compliance != null, ct) || await On<ContactDay>(ids).AnyAsync(ct) || await On<PersonalTrait>(ids).AnyAsync(ct) || await On<Attachment>(ids).AnyAsync(ct);

    /// <summary>What names the person, by now and before; apart from it what others have too, such as a switchboard's number or a frequent name, and names too short to tell anybody.</summary>
    private async Task<(ErasedWords.Words Words, IReadOnlyList<string> Stays)> Told(IReadOnlyList<Contact> people, IReadOnlyList<AuditEntry> own, List<long> ids, CancellationToken ct)
    {
        var (names, numbers) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var k in people)
        {
            names.Add(k.Name);
            numbers.UnionWith(new[] { k.Mobile, k.Phone, k.Mobile2, k.Phone2, k.MobileDigits, k.PhoneDigits, k.Mobile2Digits, k.Phone2Digits, k.Email, k.Email2 }.OfType<string>());
        }

        foreach (var change in own.SelectMany(a => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(a.Changes)!))
        {
            if (change.Value.ValueKind == JsonValueKind.Array && (change.Key == nameof(Contact.Name) || Numbers.Contains(change.Key)))
            {
                (change.Key == nameof(Contact.Name) ? names : numbers).UnionWith(change.Value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!));
            }
        }

        names.ExceptWith([Mark, .. ids.Select(NameOf)]);
        var (goes, stays, told) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var name in names.Where(n => n.Length > 0))
        {
            var theirs = name.EnumerateRunes().Count() < 2 || await db.Set<Contact>().IgnoreQueryFilters().AnyAsync(k => !EF.Parameter(ids).Contains(k.Id) && k.Name.Contains(name), ct)
                || await db.Set<User>().AnyAsync(u => u.DisplayName.Contains(name), ct) || await db.Set<Employee>().AnyAsync(e => e.Name.Contains(name), ct) || await db.Set<Customer>().IgnoreQueryFilters().AnyAsync(c => c.Name.Contains(name), ct);
            (theirs ? stays : goes).Add(name);
        }

        foreach (var number in numbers)
        {
            var (digits, mail) = (number.Contains('@', StringComparison.Ordinal) ? null : PhoneNumber.Digits(number), number.ToLowerInvariant());
            if (digits is not { Length: >= ErasedWords.FewestDigits } && !number.Contains('@', StringComparison.Ordinal))
            {
                continue; // It tells nobody.
            }

            var others = db.Set<Contact>().IgnoreQueryFilters().Where(k => !EF.Parameter(ids).Contains(k.Id));
            var theirs = digits is not null
                ? await others.AnyAsync(k => k.MobileDigits == digits || k.PhoneDigits == digits || k.Mobile2Digits == digits || k.Phone2Digits == digits, ct) || await db.Set<Customer>().IgnoreQueryFilters().AnyAsync(c => c.PhoneDigits == digits, ct)
                : await others.Where(FindContactDuplicates.Mailed(mail)).AnyAsync(ct);
            (theirs ? stays : told).Add(number);
        }

        return (new(goes, told), [.. stays.Distinct()]);
    }

    /// <summary>Rows of the trail: the person's own and those of what hangs on it lose every text; those of people, notes and files of its customers, and of these themselves, the numbers that tell it. No other is touched.</summary>
    private async Task<IReadOnlyList<(AuditEntry Row, string Changes)>> Trail(IReadOnlyList<AuditEntry> own, List<long> ids, List<long> customers, ErasedWords.Words words, CancellationToken ct)
    {
        List<string> all = [.. words.Names, .. words.Numbers];
        var rows = own.ToDictionary(a => a.Id, a => (Row: a, Changes: a.Action == Origin.Kept ? ErasedWords.WithoutIn(a.Changes, all) : Blank(a.Changes)));
        var hung = await db.Set<AuditEntry>().AsNoTracking().Where(a => a.CustomerId != null && EF.Parameter(customers).Contains(a.CustomerId!.Value) && Hanging.Contains(a.Entity)).ToListAsync(ct);
        var theirs = new HashSet<(string, long)>();
        theirs.UnionWith((await On<Note>(ids).Select(r => r.Id).ToListAsync(ct)).Select(id => (nameof(Note), id)));
        theirs.UnionWith((await On<Attachment>(ids).Select(r => r.Id).ToListAsync(ct)).Select(id => (nameof(Attachment), id)));
        theirs.UnionWith((await On<Gesture>(ids).Select(r => r.Id).ToListAsync(ct)).Select(id => (nameof(Gesture), id)));
        theirs.UnionWith((await On<ContactDay>(ids).Select(r => r.Id).ToListAsync(ct)).Select(id => (nameof(ContactDay), id)));
        theirs.UnionWith(hung.Where(a => Hangs(a, ids)).Select(a => (a.Entity, a.EntityId)));
        foreach (var row in hung.Where(a => theirs.Contains((a.Entity, a.EntityId))))
        {
            rows[row.Id] = (row, Blank(row.Changes));
        }

        foreach (var number in words.Numbers)
        {
            var inside = number.TrimStart('+').ToLowerInvariant(); // As JSON writes it, either way.
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL.
            foreach (var row in await db.Set<AuditEntry>().AsNoTracking().Where(a => a.CustomerId != null && EF.Parameter(customers).Contains(a.CustomerId!.Value) && Beside.Contains(a.Entity) && a.Changes.ToLower().Contains(inside)).ToListAsync(ct))
#pragma warning restore CA1304, CA1311, CA1862
            {
                rows.TryAdd(row.Id, (row, ErasedWords.WithoutIn(row.Changes, words.Numbers)));
            }
        }

        return [.. rows.Values.Where(r => r.Changes != r.Row.Changes)];
    }

    private static bool Hangs(AuditEntry entry, List<long> ids)
    {
        using var json = JsonDocument.Parse(entry.Changes);
        long? Said(string field) => json.RootElement.TryGetProperty(field, out var both) && both.ValueKind == JsonValueKind.Array && both.EnumerateArray().FirstOrDefault(v => v.ValueKind == JsonValueKind.Number) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
        return entry.Entity == nameof(FormerContact) ? Said(nameof(FormerContact.ContactId)) is { } person && ids.Contains(person)
            : json.RootElement.TryGetProperty(nameof(IOnRecord.RecordKind), out var kind) && kind.ValueKind == JsonValueKind.Array && kind.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.String && v.GetString() == RecordKind.Contact) && Said(nameof(IOnRecord.RecordId)) is { } id && ids.Contains(id);
    }

    /// <summary>The same fields without their texts; what is a number, yes or no stays, but for the day of birth and own fields. What hangs on a record still says on which.</summary>
    private static string Blank(string changes)
    {
        var json = JsonNode.Parse(changes)!.AsObject();
        foreach (var (field, both) in json.ToList())
        {
            if (both is JsonArray pair && field != nameof(IOnRecord.RecordKind))
            {
                json[field] = new JsonArray([.. pair.Select(v => v is null || (v.GetValueKind() is not (JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array) && field is not (nameof(Contact.BirthdayKey) or nameof(ContactDay.DayKey)) && !field.StartsWith("Custom.", StringComparison.Ordinal)) ? v?.DeepClone() : JsonValue.Create(Mark))]);
            }
        }

        return json.ToJsonString(AuditEntry.Plainly);
    }

    private IQueryable<T> On<T>(List<long> ids) where T : class, IOnRecord => db.Set<T>().IgnoreQueryFilters().Where(r => r.RecordKind == RecordKind.Contact && EF.Parameter(ids).Contains(r.RecordId));

    private async Task<Result<Contact>> Erase(All whole, string reason, CancellationToken ct)
    {
        var (ids, contact, now) = (whole.Ids, whole.People[0], db.UtcNow);
        foreach (var k in whole.People)
        {
            var name = NameOf(k.Id);
            await db.Set<Contact>().IgnoreQueryFilters().Where(r => r.Id == k.Id).ExecuteUpdateAsync(u => u
                .SetProperty(r => r.Name, name).SetProperty(r => r.Title, (string?)null).SetProperty(r => r.Mobile, (string?)null).SetProperty(r => r.Phone, (string?)null).SetProperty(r => r.Email, (string?)null)
                .SetProperty(r => r.MobileDigits, (string?)null).SetProperty(r => r.PhoneDigits, (string?)null).SetProperty(r => r.Mobile2, (string?)null).SetProperty(r => r.Phone2, (string?)null).SetProperty(r => r.Email2, (string?)null)
                .SetProperty(r => r.Mobile2Digits, (string?)null).SetProperty(r => r.Phone2Digits, (string?)null).SetProperty(r => r.WeChat, (string?)null).SetProperty(r => r.PreferredWay, (ContactWay?)null).SetProperty(r => r.PreferredTime, (string?)null)
                .SetProperty(r => r.DecisionRole, (DecisionRole?)null).SetProperty(r => r.Attitude, (Attitude?)null).SetProperty(r => r.Influence, (Influence?)null).SetProperty(r => r.Closeness, (Closeness?)null).SetProperty(r => r.Competence, (string?)null)
                .SetProperty(r => r.Birthday, (string?)null).SetProperty(r => r.BirthdayLunar, false).SetProperty(r => r.BirthdayKey, (int?)null).SetProperty(r => r.Customs, (string?)null).SetProperty(r => r.InactiveReason, (string?)null)
                .SetProperty(r => r.ReportsToId, (long?)null).SetProperty(r => r.Custom, (string?)null).SetProperty(r => r.Active, false).SetProperty(r => r.IsMain, false).SetProperty(r => r.ErasedAt, now).SetProperty(r => r.Version, r => r.Version + 1), ct);
        }

        await On<Note>(ids).ExecuteUpdateAsync(u => u.SetProperty(n => n.Text, Mark).SetProperty(n => n.Version, n => n.Version + 1), ct);
        await On<Gesture>(ids).ExecuteUpdateAsync(u => u.SetProperty(g => g.Note, (string?)null).SetProperty(g => g.Compliance, (string?)null), ct);
        await On<ContactDay>(ids).ExecuteDeleteAsync(ct);
        await On<PersonalTrait>(ids).ExecuteDeleteAsync(ct);
        await On<AttachmentVersion>(ids).ExecuteDeleteAsync(ct);
        await On<Attachment>(ids).ExecuteDeleteAsync(ct); // The bytes are swept at night.
        foreach (var id in ids)
        {
            var name = NameOf(id);
            await db.Set<FormerContact>().IgnoreQueryFilters().Where(f => f.ContactId == id).ExecuteUpdateAsync(u => u.SetProperty(f => f.Name, name).SetProperty(f => f.Title, (string?)null), ct);
        }

        await db.Set<ContactPair>().Where(p => EF.Parameter(ids).Contains(p.FirstId) || EF.Parameter(ids).Contains(p.SecondId)).ExecuteDeleteAsync(ct);
        await Merges(ids, ct);
        await words.Sweep(whole.Words, whole.Customers, ids, ct);
        await AuditErasure.Write(db, whole.Trail, new() { ["Reason"] = [null, reason] }, nameof(Contact), contact.Id, contact.CustomerId, ct);
        db.ChangeTracker.Clear();
        var erased = await db.Set<Contact>().IgnoreQueryFilters().AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.Id)).ToListAsync(ct);
        foreach (var k in erased)
        {
            await ContactSearch.Write(db, k, ct);
        }

        var where = whole.Customers;
        foreach (var customer in await db.Set<Customer>().IgnoreQueryFilters().AsNoTracking().Where(c => EF.Parameter(where).Contains(c.Id)).ToListAsync(ct))
        {
            await save.Follow(customer, ct);
        }

        return erased.First(k => k.Id == contact.Id);
    }

    /// <summary>Merges keep the names of those that went and the fields that they changed; none can be taken back any more.</summary>
    private async Task Merges(List<long> ids, CancellationToken ct)
    {
        foreach (var id in ids)
        {
            var went = string.Create(CultureInfo.InvariantCulture, $"\"Id\":{id},");
            foreach (var merge in await db.Set<ContactMerge>().Where(m => m.SurvivorId == id || m.Losers.Contains(went)).ToListAsync(ct))
            {
                merge.Losers = JsonSerializer.Serialize(merge.LosersSaid.Select(l => ids.Contains(l.Id) ? l with { Name = NameOf(l.Id) } : l));
                merge.Fields = merge.SurvivorId == id || merge.UndoneAt is not null ? "{}" : merge.Fields;
            }

            await db.SaveChangesAsync(ct);
        }
    }
}
