using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Personal;

/// <summary>合法性基础: on what ground something personal is kept (个人信息保护法, article 13).</summary>
public enum LegalBasis
{
    /// <summary>The person agreed, separately for what is sensitive (articles 14 and 29).</summary>
    Consent,

    /// <summary>A contract with the person needs it.</summary>
    Contract,

    /// <summary>A duty laid down by law.</summary>
    LegalDuty,

    /// <summary>Life, health or property in an emergency.</summary>
    Emergency,

    /// <summary>Reporting in the public interest.</summary>
    PublicInterest,

    /// <summary>The person made it public.</summary>
    Published,

    /// <summary>Another ground that a law names.</summary>
    OtherLaw,
}

/// <summary>个人信息设置: whether what is personal of contacts is kept, for what and until when; which words warn; when those who left are to be erased. One row, set by the group; until it is there all is off.</summary>
public sealed class PersonalRule : IAudited, IVersioned
{
    /// <summary>Days after its end in which what is stored still lies there, encrypted and unseen.</summary>
    public const int GraceDays = 30;

    /// <summary>Most characters of the word list.</summary>
    public const int WordsLength = 20_000;

    /// <summary>Most characters of the purpose.</summary>
    public const int PurposeLength = 500;

    /// <inheritdoc/>
    public long Id { get; private set; } = 1;

    /// <summary>Whether it was switched on.</summary>
    public bool IsOn { get; set; }

    /// <summary>For what.</summary>
    public string? Purpose { get; set; }

    /// <summary>On what ground.</summary>
    public LegalBasis? Basis { get; set; }

    /// <summary>The last day.</summary>
    public DateOnly? Until { get; set; }

    /// <summary>The day on which it was switched off; null while it is on, or never was.</summary>
    public DateOnly? OffOn { get; set; }

    /// <summary>The word list, as <see cref="WordList"/> reads it; null for the usual one.</summary>
    public string? Words { get; set; }

    /// <summary>Months after which a contact that left without dealings is to be erased; null for never.</summary>
    public int? MonthsKept { get; set; }

    /// <summary>Whether the night erases those by itself.</summary>
    public bool ErasesItself { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>Whether it is on and not past its last day.</summary>
    public bool Holds(DateOnly today) => IsOn && Until >= today;

    /// <summary>From which day on what is stored is removed; null while it holds, or never did.</summary>
    public DateOnly? RemovedFrom(DateOnly today) => Holds(today) ? null : (IsOn ? Until : OffOn)?.AddDays(GraceDays);

    /// <summary>The group's.</summary>
    public static async Task<PersonalRule> Of(CrmDb db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return await db.Set<PersonalRule>().AsNoTracking().SingleOrDefaultAsync(ct) ?? new();
    }

    internal sealed class Mapping : IEntityTypeConfiguration<PersonalRule>
    {
        public void Configure(EntityTypeBuilder<PersonalRule> builder)
        {
            builder.ToTable("personal_rule");
            builder.Property(r => r.Id).ValueGeneratedNever();
            builder.Property(r => r.Purpose).HasMaxLength(PurposeLength);
            builder.Property(r => r.Basis).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.Words).HasMaxLength(WordsLength);
        }
    }
}

/// <summary>The security administrator sets it.</summary>
internal sealed class SetPersonalRule(CrmDb db)
{
    /// <summary>Longest time in months for which it is switched on at once, and for which those who left are kept.</summary>
    public const int MostMonths = 36, MostKept = 240;

    /// <summary>What is set.</summary>
    public sealed class Input
    {
        /// <summary><see cref="PersonalRule.IsOn"/>.</summary>
        public bool IsOn { get; set; }

        /// <summary><see cref="PersonalRule.Purpose"/>.</summary>
        public string? Purpose { get; set; }

        /// <summary><see cref="PersonalRule.Basis"/>.</summary>
        public LegalBasis? Basis { get; set; }

        /// <summary><see cref="PersonalRule.Until"/>.</summary>
        public DateOnly? Until { get; set; }

        /// <summary><see cref="PersonalRule.Words"/>; nothing for the usual ones.</summary>
        public string? Words { get; set; }

        /// <summary><see cref="PersonalRule.MonthsKept"/>.</summary>
        public int? MonthsKept { get; set; }

        /// <summary><see cref="PersonalRule.ErasesItself"/>.</summary>
        public bool ErasesItself { get; set; }

        /// <summary>The version that was seen; 0 where none was ever set.</summary>
        public int Version { get; set; }
    }

    /// <summary>Sets it.</summary>
    public async Task<Result<PersonalRule>> Run(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.Security) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("roles.group_only");
        }

        var today = BusinessCalendar.Day(db.UtcNow);
        if (Check(input, today) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write<Result<PersonalRule>>(async () =>
            {
                await db.Alone("personal-rule", ct);
                var rule = await db.Set<PersonalRule>().SingleOrDefaultAsync(ct);
                if ((rule?.Version ?? 0) != input.Version)
                {
                    return new Refusal.Stale();
                }

                if (rule is null)
                {
                    db.Add(rule = new() { Version = 1 });
                }

                rule.OffOn = input.IsOn ? null : rule.IsOn ? Earlier(rule.Until, today) : rule.OffOn; // What ended earlier is not kept longer for being switched off.
                (rule.IsOn, rule.Purpose, rule.Basis, rule.Until) = (input.IsOn, PlainText.Trimmed(input.Purpose), input.Basis, input.Until);
                (rule.Words, rule.MonthsKept, rule.ErasesItself) = (PlainText.Trimmed(input.Words?.ReplaceLineEndings("\n")), input.MonthsKept, input.ErasesItself);
                rule.Words = rule.Words == WordList.Usual ? null : rule.Words;
                await db.SaveChangesAsync(ct);
                return rule;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    private static DateOnly Earlier(DateOnly? until, DateOnly today) => until < today ? until.Value : today;

    private static List<FieldError> Check(Input input, DateOnly today)
    {
        var errors = new List<FieldError>();
        if (input.IsOn && PlainText.Trimmed(input.Purpose) is null)
        {
            errors.Add(new(nameof(input.Purpose), "personal.purpose_missing"));
        }

        if (input.IsOn && (input.Basis is not { } basis || !Enum.IsDefined(basis)))
        {
            errors.Add(new(nameof(input.Basis), "personal.basis_missing"));
        }

        if (input.IsOn && (input.Until is not { } until || until < today || until > today.AddMonths(MostMonths)))
        {
            errors.Add(new(nameof(input.Until), "personal.until_wrong", MostMonths));
        }

        (string Field, string? Text, int Longest)[] texts = [(nameof(input.Purpose), input.Purpose, PersonalRule.PurposeLength), (nameof(input.Words), input.Words, PersonalRule.WordsLength)];
        errors.AddRange(texts.Where(t => !PlainText.IsStorable(t.Text)).Select(t => new FieldError(t.Field, "customer.text_unstorable")));
        errors.AddRange(texts.Where(t => t.Text?.Length > t.Longest).Select(t => new FieldError(t.Field, "customer.text_long", t.Longest)));
        if (PlainText.Trimmed(input.Words) is { } words && WordList.Wrong(words) is { } line)
        {
            errors.Add(new(nameof(input.Words), "personal.words_wrong", line));
        }

        if (input.MonthsKept is < 1 or > MostKept)
        {
            errors.Add(new(nameof(input.MonthsKept), "policy.out_of_range", 1, MostKept));
        }

        if (input.ErasesItself && input.MonthsKept is null)
        {
            errors.Add(new(nameof(input.MonthsKept), "personal.months_missing"));
        }

        return errors;
    }
}
