using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Personal;
using RailCrm.Platform.Records;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Privacy;

/// <summary>Shows and writes what is personal of a contact, while the group has it on: to whoever gives a reason, and never without a line in the trail, which holds no value.</summary>
internal sealed class KeepTraits(CrmDb db, IDataProtectionProvider protection)
{
    /// <summary>Longest reason.</summary>
    public const int ReasonLength = 200;

    private const string Hidden = "•••";

    private readonly IDataProtector _protector = protection.CreateProtector("railcrm.personal");

    private readonly IDataProtector _seals = protection.CreateProtector("railcrm.personal-seen");

    /// <summary>What is written; what is empty is removed.</summary>
    public sealed class Input
    {
        /// <summary>性格.</summary>
        public string? Character { get; set; }

        /// <summary>嗜好.</summary>
        public string? Hobbies { get; set; }

        /// <summary>特长.</summary>
        public string? Strengths { get; set; }

        /// <summary>背景.</summary>
        public string? Background { get; set; }

        /// <summary>What was stored when it was read, see <see cref="Shown.Stamp"/>.</summary>
        public string? Stamp { get; set; }

        internal string? Of(TraitKind kind) => kind switch { TraitKind.Character => Character, TraitKind.Hobbies => Hobbies, TraitKind.Strengths => Strengths, _ => Background };
    }

    /// <summary>What was revealed.</summary>
    /// <param name="Texts">Kind → text.</param>
    /// <param name="Stamp">What is stored, to notice that somebody changed it meanwhile.</param>
    public sealed record Shown(IReadOnlyDictionary<TraitKind, string> Texts, string Stamp);

    /// <summary>Whether the group has it on today.</summary>
    public async Task<bool> IsOn(CancellationToken ct) => (await PersonalRule.Of(db, ct)).Holds(BusinessCalendar.Day(db.UtcNow));

    /// <summary>The kinds of which something is stored. The contact is known to be seen.</summary>
    public async Task<IReadOnlyList<TraitKind>> Kinds(long contactId, CancellationToken ct) => [.. (await Of(contactId).Select(t => t.Kind).Distinct().ToListAsync(ct)).Order()];

    /// <summary>Shows it to whoever says why.</summary>
    public async Task<Result<Shown>> Reveal(long customerId, long contactId, string? reason, CancellationToken ct)
    {
        if (PlainText.Trimmed(reason) is not { } why || !PlainText.IsStorable(why) || why.EnumerateRunes().Count() is < 2 or > ReasonLength)
        {
            return new Refusal.InvalidMany([new("Reason", "personal.reason_missing", ReasonLength)]);
        }

        return await Within<Shown>(customerId, contactId, writes: false, async () =>
        {
            var rows = await Of(contactId).AsNoTracking().OrderBy(t => t.Id).ToListAsync(ct);
            var said = rows.Select(r => r.Kind).Distinct().Order().ToDictionary(Field, _ => new string?[] { null, Hidden });
            said["Reason"] = [null, why];
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "revealed", nameof(Contact), contactId, customerId, Told(said)));
            await db.SaveChangesAsync(ct);
            return new Shown(Read(rows), Stamp(rows));
        }, ct);
    }

    /// <summary>Writes it, where nobody else did meanwhile.</summary>
    public Task<Result<bool>> Save(long customerId, long contactId, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        var errors = new List<FieldError>();
        foreach (var kind in Enum.GetValues<TraitKind>())
        {
            if (!PlainText.IsStorable(input.Of(kind)))
            {
                errors.Add(new(kind.ToString(), "customer.text_unstorable"));
            }
        }

        return errors.Count > 0 ? Task.FromResult<Result<bool>>(new Refusal.InvalidMany(errors)) : Within<bool>(customerId, contactId, writes: true, async () =>
        {
            var rows = await Of(contactId).OrderBy(t => t.Id).ToListAsync(ct);
            if (Stamp(rows) != (input.Stamp ?? ""))
            {
                return new Refusal.Stale();
            }

            var (before, told) = (Read(rows), new Dictionary<string, string?[]>());
            foreach (var kind in Enum.GetValues<TraitKind>())
            {
                var text = PlainText.Trimmed(input.Of(kind)?.ReplaceLineEndings("\n"));
                if (text == before.GetValueOrDefault(kind))
                {
                    continue; // Two that a merge joined may be longer than one that is written.
                }

                if (text?.EnumerateRunes().Count() > PersonalTrait.TextLength)
                {
                    errors.Add(new(kind.ToString(), "customer.text_long", PersonalTrait.TextLength));
                    continue;
                }

                told[Field(kind)] = text is null ? [Hidden, null] : [null, Hidden];
                var of = rows.FindAll(r => r.Kind == kind);
                db.RemoveRange(of.Skip(text is null ? 0 : 1)); // After a merge there are two; what is written now is one.
                if (text is null)
                {
                    continue;
                }

                var row = of.Count > 0 ? of[0] : new PersonalTrait { CustomerId = customerId, RecordId = contactId, Kind = kind };
                (row.Cipher, row.ChangedAt) = (_protector.Protect(text), db.UtcNow);
                if (of.Count == 0)
                {
                    db.Add(row);
                }
            }

            if (errors.Count > 0)
            {
                db.ChangeTracker.Clear();
                return new Refusal.InvalidMany(errors);
            }

            if (told.Count > 0)
            {
                db.Add(new AuditEntry(db.Actor, db.UtcNow, "personal_changed", nameof(Contact), contactId, customerId, Told(told)));
                await db.SaveChangesAsync(ct);
            }

            return true;
        }, ct);
    }

    /// <summary>A stamp as a page holds it on which the actor was shown what is stored of a contact.</summary>
    public string Seal(long contactId, string stamp) => _seals.Protect($"{Seen(contactId)}{stamp}");

    /// <summary>The stamp in a seal that the actor was given with this contact; null where it is none.</summary>
    public string? Unsealed(long contactId, string? seal)
    {
        try
        {
            return !string.IsNullOrEmpty(seal) && _seals.Unprotect(seal) is var plain && plain.StartsWith(Seen(contactId), StringComparison.Ordinal) ? plain[Seen(contactId).Length..] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string Seen(long contactId) => string.Create(CultureInfo.InvariantCulture, $"{db.Actor.UserId}/{contactId}/");

    /// <summary>What is stored in the clear, for the file that the person may ask for: recorded by whoever makes that.</summary>
    internal async Task<IReadOnlyDictionary<TraitKind, string>> All(long contactId, CancellationToken ct) => await IsOn(ct) ? Read(await Of(contactId).AsNoTracking().OrderBy(t => t.Id).ToListAsync(ct)) : new Dictionary<TraitKind, string>();

    private IQueryable<PersonalTrait> Of(long contactId) => db.Set<PersonalTrait>().Where(t => t.RecordKind == RecordKind.Contact && t.RecordId == contactId);

    private static string Stamp(IEnumerable<PersonalTrait> rows) => string.Join(',', rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Id}:{r.Version}")));

    private static string Field(TraitKind kind) => $"Personal.{kind}";

    private static string Told(Dictionary<string, string?[]> said) => JsonSerializer.Serialize(said, Plainly);

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };

    private Dictionary<TraitKind, string> Read(IEnumerable<PersonalTrait> rows) => rows.GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => string.Join('\n', g.Select(r => Clear(r.Cipher))));

    private string Clear(string cipher)
    {
        try
        {
            return _protector.Unprotect(cipher);
        }
        catch (CryptographicException)
        {
            return Texts.Get("personal.unreadable"); // Its key is lost: told, and not taken for nothing.
        }
    }

    /// <summary>Does it where the actor may, at a contact that is seen and not erased, while it is on and nobody else writes at the customer.</summary>
    private async Task<Result<T>> Within<T>(long customerId, long contactId, bool writes, Func<Task<Result<T>>> work, CancellationToken ct)
    {
        if (!db.Actor.May(Permission.CustomersRead) || !db.Actor.May(Permission.ContactsPersonal) || (writes && !db.Actor.May(Permission.CustomersWrite)))
        {
            return new Refusal.Forbidden();
        }

        return await db.Write<Result<T>>(async () =>
        {
            if (writes)
            {
                await MergeGround.Hold(db, [customerId], ct);
            }

            if (await db.Set<Contact>().AsNoTracking().SingleOrDefaultAsync(k => k.Id == contactId && k.CustomerId == customerId, ct) is not { } contact || await db.Set<Customer>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, ct) is not { } customer)
            {
                return new Refusal.NotFound();
            }

            if (!await IsOn(ct))
            {
                return new Refusal.Conflict("personal.is_off");
            }

            return writes && contact.ErasedAt is not null ? new Refusal.Conflict("personal.erased_stays")
                : writes && (await Ownership.Of(db, [customer], ct)).Prevents(customerId, moves: false) is { } shared ? shared : await work();
        }, ct);
    }
}
