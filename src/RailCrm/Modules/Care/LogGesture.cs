using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Care;

/// <summary>Writes down what was done for a contact and which days are kept, within the group's limits. Whoever may change the customer may.</summary>
internal sealed class LogGesture(CrmDb db)
{
    private const int MostValue = 1_000_000_00;

    /// <summary>Something that was done.</summary>
    public sealed class Input
    {
        /// <summary>What it was.</summary>
        public GestureKind? Kind { get; set; }

        /// <summary>Yuan; nothing where it cost nothing.</summary>
        public string? Value { get; set; }

        /// <summary>The day.</summary>
        public DateOnly? On { get; set; }

        /// <summary>For what occasion.</summary>
        public string? Note { get; set; }

        /// <summary>Why it is allowed.</summary>
        public string? Compliance { get; set; }
    }

    /// <summary>A day that is kept.</summary>
    public sealed class DayInput
    {
        /// <summary>What is kept.</summary>
        public string? Name { get; set; }

        /// <summary>As <see cref="Birthday"/> reads it.</summary>
        public string? Day { get; set; }

        /// <summary>Whether it is of the lunar calendar.</summary>
        public bool IsLunar { get; set; }
    }

    /// <summary>Writes a gesture down.</summary>
    public Task<Result<Gesture>> Run(long customerId, long contactId, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (errors, today) = (new List<FieldError>(), BusinessCalendar.Day(db.UtcNow));
        var value = Fen(input.Value, nameof(input.Value), errors) ?? 0;
        if (input.Kind is not { } kind || !Enum.IsDefined(kind))
        {
            errors.Add(new(nameof(input.Kind), "care.kind_missing"));
        }

        if (input.On is not { } day || day > today || day < today.AddYears(-5))
        {
            errors.Add(new(nameof(input.On), "care.day_wrong"));
        }

        Text(input.Note, nameof(input.Note), Gesture.NoteLength, errors);
        Text(input.Compliance, nameof(input.Compliance), Gesture.NoteLength, errors);
        return errors.Count > 0 ? Task.FromResult<Result<Gesture>>(new Refusal.InvalidMany(errors)) : Within<Gesture>(customerId, contactId, async () =>
        {
            var on = input.On!.Value;
            var (rule, used) = (await CareRule.Read(db, ct), await Given(db, contactId, on.Year, ct));
            if (rule.MostFen is { } most && value > 0 && used + value > most)
            {
                return new Refusal.InvalidMany([new(nameof(input.Value), "care.over_most", new Money(most), on.Year, new Money(used))]);
            }

            if (rule.NoteAboveFen is { } above && value > 0 && used + value > above && PlainText.Trimmed(input.Compliance) is null)
            {
                return new Refusal.InvalidMany([new(nameof(input.Compliance), "care.note_needed", new Money(above), on.Year, new Money(used))]);
            }

            var gesture = new Gesture
            {
                CustomerId = customerId, RecordId = contactId, Kind = input.Kind!.Value, ValueFen = value, On = on, Note = PlainText.Trimmed(input.Note), Compliance = PlainText.Trimmed(input.Compliance), UserId = db.Actor.UserId, CreatedAt = db.UtcNow,
            };
            db.Add(gesture);
            await db.SaveChangesAsync(ct);
            await Platform.Personal.WordList.Record(db, nameof(Gesture), gesture.Id, customerId, ct, gesture.Note, gesture.Compliance);
            return gesture;
        }, ct);
    }

    /// <summary>Takes a gesture out that was written down in error.</summary>
    public Task<Result<Gesture>> Remove(long customerId, long contactId, long id, CancellationToken ct) => Gone<Gesture>(customerId, contactId, id, ct);

    /// <summary>Keeps a day.</summary>
    public Task<Result<ContactDay>> Keep(long customerId, long contactId, DayInput input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        var errors = new List<FieldError>();
        if (PlainText.Trimmed(input.Name) is null)
        {
            errors.Add(new(nameof(input.Name), "care.name_missing"));
        }

        Text(input.Name, nameof(input.Name), ContactDay.NameLength, errors);
        if (!Birthday.TryRead(input.Day, input.IsLunar, out var day))
        {
            errors.Add(new(nameof(input.Day), "contact.birthday_wrong"));
        }

        return errors.Count > 0 ? Task.FromResult<Result<ContactDay>>(new Refusal.InvalidMany(errors)) : Within<ContactDay>(customerId, contactId, async () =>
        {
            if (await db.Set<ContactDay>().CountAsync(d => d.RecordKind == RecordKind.Contact && d.RecordId == contactId, ct) >= ContactDay.Most)
            {
                return new Refusal.InvalidMany([new(nameof(input.Name), "care.days_many", ContactDay.Most)]);
            }

            var kept = new ContactDay { CustomerId = customerId, RecordId = contactId, Name = PlainText.Trimmed(input.Name)!, Day = day!.Value.ToString(), IsLunar = input.IsLunar, DayKey = day.Value.Key };
            db.Add(kept);
            await db.SaveChangesAsync(ct);
            return kept;
        }, ct);
    }

    /// <summary>Keeps a day no longer.</summary>
    public Task<Result<ContactDay>> Forget(long customerId, long contactId, long id, CancellationToken ct) => Gone<ContactDay>(customerId, contactId, id, ct);

    /// <summary>What a person was given in a calendar year, in fen. The contact is known to be seen.</summary>
    internal static Task<long> Given(CrmDb db, long contactId, int year, CancellationToken ct)
    {
        var (first, last) = (new DateOnly(year, 1, 1), new DateOnly(year, 12, 31));
        return db.Set<Gesture>().Where(g => g.RecordKind == RecordKind.Contact && g.RecordId == contactId && g.On >= first && g.On <= last).SumAsync(g => g.ValueFen, ct);
    }

    /// <summary>An amount that was typed; null where nothing was.</summary>
    internal static long? Fen(string? typed, string field, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(typed))
        {
            return null;
        }

        if (!decimal.TryParse(typed.Trim().TrimStart('¥', '￥').Replace(",", "", StringComparison.Ordinal), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var yuan) || yuan > MostValue / 100 || yuan * 100 != decimal.Truncate(yuan * 100))
        {
            errors.Add(new(field, "care.amount_wrong"));
            return null;
        }

        return (long)(yuan * 100);
    }

    private static void Text(string? text, string field, int longest, List<FieldError> errors)
    {
        if (!PlainText.IsStorable(text))
        {
            errors.Add(new(field, "customer.text_unstorable"));
        }
        else if (text?.EnumerateRunes().Count() > longest)
        {
            errors.Add(new(field, "customer.text_long", longest));
        }
    }

    private Task<Result<T>> Gone<T>(long customerId, long contactId, long id, CancellationToken ct) where T : class, IOnRecord, IAudited => Within<T>(customerId, contactId, async () =>
    {
        if (await db.Set<T>().SingleOrDefaultAsync(r => r.Id == id && r.RecordKind == RecordKind.Contact && r.RecordId == contactId, ct) is not { } row)
        {
            return new Refusal.NotFound();
        }

        db.Remove(row);
        await db.SaveChangesAsync(ct);
        return row;
    }, ct, writes: false);

    /// <summary>Does it where the actor may change the contact, while nobody else writes at the customer: two at once do not go past a limit.</summary>
    private async Task<Result<T>> Within<T>(long customerId, long contactId, Func<Task<Result<T>>> work, CancellationToken ct, bool writes = true) => !db.Actor.May(Permission.CustomersWrite) ? new Refusal.Forbidden() : await db.Write(async () =>
    {
        await MergeGround.Hold(db, [customerId], ct);
        if (!await db.Set<Contact>().AnyAsync(k => k.Id == contactId && k.CustomerId == customerId, ct) || await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct) is not { } customer)
        {
            return new Refusal.NotFound();
        }

        // Nothing new is taken for who was erased; what stands there in error may go.
        return writes && await db.Set<Contact>().AnyAsync(k => k.Id == contactId && k.ErasedAt != null, ct) ? new Refusal.Conflict("personal.erased_stays")
            : (await Ownership.Of(db, [customer], ct)).Prevents(customerId, moves: false) is { } shared ? shared : await work();
    }, ct);
}
