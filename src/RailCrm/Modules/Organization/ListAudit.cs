using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Organization;

/// <summary>The audit trail, newest first: who, when, what, before, after. Nothing here writes.</summary>
internal sealed class ListAudit(CrmDb db)
{
    private const int PageSize = 50;
    private const int MostPeople = 50;

    /// <summary>Days that a text is looked for in, where no first day is asked for.</summary>
    public const int TextDays = 31;

    /// <summary>Entries are numbered in the order of writing, to which their instants keep but for writers side by side.</summary>
    private const long Slack = 1_000;

    public sealed record Query(string? Person = null, string? Entity = null, long? EntityId = null, string? Action = null, DateOnly? From = null, DateOnly? To = null, long? Customer = null, string? Cursor = null, string? Text = null)
    {
        /// <summary>The first part of the address that cannot be read; such a filter is refused and never left out.</summary>
        public string? Unread { get; init; }
    }

    public sealed record Change(string Field, string? Before, string? After);

    public sealed record Item(long Id, DateTime At, string Actor, string Via, string Action, string Entity, long EntityId, string? Subject, long? CustomerId, IReadOnlyList<Change> Changes);

    /// <summary>Those whose fields a role may not see.</summary>
    private static readonly string[] Masked = ["Customer", "Contact"];

    /// <summary>Fields the machine keeps for itself.</summary>
    private static readonly HashSet<string> Own = ["NormalizedName", "NamePinyin", "NameInitials", "Pinyin", "Initials", "PhoneDigits", "Mobile2Digits", "Phone2Digits", "BirthdayKey", "UpdatedAt", "NormalizedUserName", "NormalizedEmail"];

    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        if (db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("audit.group_only"); // The trail is the whole group's.
        }

        if (query.Unread is { } unread)
        {
            return Unreadable(unread);
        }

        long? before = null;
        if (!string.IsNullOrEmpty(query.Cursor))
        {
            if (!long.TryParse(query.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var mark))
            {
                return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
            }

            before = mark;
        }

        var rows = await (await Narrow(query, ct)).Where(a => before == null || a.Id < before).OrderByDescending(a => a.Id).Take(PageSize + 1).ToListAsync(ct);
        var page = rows.Take(PageSize).ToList();
        return new Listing<Item>(await Readable(page, ct), rows.Count > PageSize ? page[^1].Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    internal static Refusal Unreadable(string field) => new Refusal.Invalid(field == "entityId" ? "audit.record_unread" : "audit.day_unread", field);

    /// <summary>The entries asked for, in no order.</summary>
    internal async Task<IQueryable<AuditEntry>> Narrow(Query query, CancellationToken ct)
    {
        var entries = db.Set<AuditEntry>().AsNoTracking();
        if (PlainText.Trimmed(query.Person) is { } person)
        {
            // A sign-in name as a whole means that account and none that only contains it.
            var upper = person.ToUpperInvariant();
            var named = PlainText.IsStorable(person) ? await db.Set<User>().Where(u => u.NormalizedUserName == upper).Select(u => u.Id).ToListAsync(ct) : [];
            var people = named.Count > 0 ? named : PlainText.IsStorable(person) ? await db.Set<User>().Where(u => u.UserName!.Contains(person) || u.DisplayName.Contains(person)).OrderBy(u => u.Id).Take(MostPeople).Select(u => u.Id).ToListAsync(ct) : [];
            if (person == "system")
            {
                people.Add(0);
            }

            entries = people is [var one] ? entries.Where(a => a.ActorId == one) : entries.Where(a => EF.Parameter(people).Contains(a.ActorId));
        }

        if (Storable(query.Entity) is { } entity)
        {
            entries = entries.Where(a => a.Entity == entity);
        }

        if (query.EntityId is { } entityId)
        {
            entries = entries.Where(a => a.EntityId == entityId);
        }

        if (Storable(query.Action) is { } action)
        {
            entries = entries.Where(a => a.Action == action);
        }

        if (query.Customer is { } customer)
        {
            entries = entries.Where(a => a.CustomerId == customer);
        }

        var since = query.From;
        if (Storable(PlainText.Trimmed(query.Text)) is { } text)
        {
            // Part of what is written as JSON with and without escapes. No index knows parts, so a month is looked through unless more is asked for.
            var escaped = JsonEncodedText.Encode(text).Value;
            entries = entries.Where(a => a.Changes.Contains(text) || a.Changes.Contains(escaped));
            foreach (var kept in Masked.Where(e => db.Actor.Fields.Fixed(ListOf(e)!).Any(f => !db.Actor.Fields.Sees(f.List, f.Name))))
            {
                entries = entries.Where(a => a.Entity != kept); // Found by a part of what is masked, an entry would tell it.
            }

            since ??= (query.To is { } last && last > DateOnly.MinValue.AddDays(TextDays) ? last : BusinessCalendar.Day(db.UtcNow)).AddDays(-TextDays);
        }

        if (since is { } from)
        {
            var start = Start(from);
            var first = await db.Set<AuditEntry>().Where(a => a.At >= start).OrderBy(a => a.At).Select(a => (long?)a.Id).FirstOrDefaultAsync(ct) - Slack;
            entries = first is null ? entries.Where(a => false) : entries.Where(a => a.Id >= first && a.At >= start);
        }

        if (query.To is { } to && to < DateOnly.MaxValue)
        {
            var end = Start(to.AddDays(1));
            var last = await db.Set<AuditEntry>().Where(a => a.At < end).OrderByDescending(a => a.At).Select(a => (long?)a.Id).FirstOrDefaultAsync(ct) + Slack;
            entries = last is null ? entries.Where(a => false) : entries.Where(a => a.Id <= last && a.At < end);
        }

        return entries;
    }

    private static string? Storable(string? text) => string.IsNullOrEmpty(text) || !PlainText.IsStorable(text) ? null : text;

    /// <summary>Midnight in Beijing as an instant; China has kept UTC+8 without summer time since 1992.</summary>
    private static DateTime Start(DateOnly day) => DateTime.SpecifyKind(day.ToDateTime(TimeOnly.MinValue), DateTimeKind.Utc) is { Ticks: > TimeSpan.TicksPerDay } start ? start.AddHours(-8) : DateTime.MinValue;

    /// <summary>Fields in words, and the names of units, people and roles where the row has their keys.</summary>
    internal async Task<IReadOnlyList<Item>> Readable(List<AuditEntry> page, CancellationToken ct)
    {
        var changes = page.ToDictionary(a => a.Id, a => Parse(a.Changes));
        List<long> Keys(string entity, params string[] fields) =>
        [
            .. changes.Values.SelectMany(c => c).Where(c => fields.Contains(c.Field)).SelectMany(c => new[] { c.Before, c.After }).Select(v => long.TryParse(v, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Concat(page.Where(a => a.Entity == entity).Select(a => a.EntityId)).Where(id => id != 0).Distinct(),
        ];

        var (unitIds, userIds, employeeIds, roleIds) = (Keys(nameof(OrgUnit), "UnitId", "ParentId"), Keys(nameof(User), "UserId", "DeletedBy"), Keys(nameof(Employee)), Keys(nameof(Role)));
        var units = await db.Set<OrgUnit>().Where(u => EF.Parameter(unitIds).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        var users = await db.Set<User>().Where(u => EF.Parameter(userIds).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.UserName ?? "", ct);
        var employees = await db.Set<Employee>().Where(e => EF.Parameter(employeeIds).Contains(e.Id)).ToDictionaryAsync(e => e.Id, e => e.Name, ct);
        var roles = await db.Set<Role>().Where(r => EF.Parameter(roleIds).Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => EditRoles.LabelOf(r.Name), ct);

        string? Value(string field, string? value)
        {
            var names = field switch { "UnitId" or "ParentId" => units, "UserId" or "DeletedBy" => users, _ => null };
            return value is null || names is null || !long.TryParse(value, CultureInfo.InvariantCulture, out var id) ? value : names.GetValueOrDefault(id, value);
        }

        string? Subject(AuditEntry a) => (a.Entity switch { nameof(OrgUnit) => units, nameof(User) => users, nameof(Employee) => employees, nameof(Role) => roles, _ => null })?.GetValueOrDefault(a.EntityId);

        return [.. page.Select(a => new Item(a.Id, a.At, a.ActorName, a.Via, a.Action, a.Entity, a.EntityId, Subject(a), a.CustomerId,
            [.. changes[a.Id].Select(c => Covered(a.Entity, c)).Select(c => new Change(Texts.Find($"audit.field_{c.Field}") ?? Texts.Find($"field.{c.Field}") ?? c.Field, Value(c.Field, c.Before), Value(c.Field, c.After)))]))];
    }

    /// <summary>A change without what is kept from the reader of the record itself.</summary>
    private Change Covered(string entity, Change change) => !db.Actor.Fields.IsFree && ListOf(entity) is { } list ? new(change.Field, db.Actor.Fields.Told(list, change.Field, change.Before), db.Actor.Fields.Told(list, change.Field, change.After)) : change;

    private static string? ListOf(string entity) => entity switch { "Customer" => "customers", "Contact" => "contacts", _ => null };

    private static List<Change> Parse(string json)
    {
        try
        {
            return [.. (JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json) ?? [])
                .Where(c => !Own.Contains(c.Key))
                .Select(c => c.Value.ValueKind == JsonValueKind.Array && c.Value.GetArrayLength() == 2 ? new Change(c.Key, Text(c.Value[0]), Text(c.Value[1])) : new Change(c.Key, null, Text(c.Value)))
                .Where(c => c.Before != c.After)];
        }
        catch (JsonException)
        {
            return [new("", null, json)]; // Shown as it is: the trail hides nothing.
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => Texts.Get("audit.yes"),
        JsonValueKind.False => Texts.Get("audit.no"),
        _ => value.ToString() is { Length: > 0 } text ? text : null,
    };
}
