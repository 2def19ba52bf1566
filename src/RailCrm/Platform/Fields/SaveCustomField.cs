using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Fields;

/// <summary>Defines a field of the group's own, or changes what may change of it; in use at once, without a restart.</summary>
public sealed partial class SaveCustomField(CrmDb db, CustomFields fields, Runner runner, IEnumerable<CustomTarget> targets, IEnumerable<ListOf> lists)
{
    /// <summary>Most fields that one list may have.</summary>
    public const int Most = 100;

    /// <summary>What may be said of a field.</summary>
    public sealed class Input
    {
        /// <summary>The list it belongs to; never changed.</summary>
        public string List { get; set; } = "";

        /// <summary>Its name in addresses and the API; made from the name where empty, and never changed.</summary>
        public string? Key { get; set; }

        /// <summary>What it is called in Chinese.</summary>
        public string Name { get; set; } = "";

        /// <summary>What it is called in English.</summary>
        public string? EnglishName { get; set; }

        /// <summary>What it holds; never changed.</summary>
        public CustomKind? Kind { get; set; }

        /// <summary>The options of a choice, a line each; English behind a bar.</summary>
        public string? Options { get; set; }

        /// <summary>Whether a form without it is refused.</summary>
        public bool Required { get; set; }

        /// <summary>Whether no two may be the same.</summary>
        public bool Unique { get; set; }

        /// <summary>Whether lists can be filtered and put in order by it.</summary>
        public bool Indexed { get; set; }

        /// <summary>A sentence under it.</summary>
        public string? Help { get; set; }

        /// <summary>The section it stands in.</summary>
        public string? Section { get; set; }

        /// <summary>Its place there.</summary>
        public int? Position { get; set; }

        /// <summary>Ids of the roles that see it; empty for everyone.</summary>
        public List<long>? Roles { get; set; }

        /// <summary>The field that decides whether it is asked, as the form names it.</summary>
        public string? WhenField { get; set; }

        /// <summary>That field's values with which it is asked.</summary>
        public List<string>? WhenValues { get; set; }

        /// <summary>False once it is no longer used.</summary>
        public bool? Active { get; set; }

        /// <summary>A field as the form shows it.</summary>
        public static Input Of(CustomField f)
        {
            ArgumentNullException.ThrowIfNull(f);
            return new()
            {
                List = f.List, Key = f.Key, Name = f.Name, EnglishName = f.EnglishName, Kind = f.Kind, Options = f.Options, Required = f.Required, Unique = f.Unique, Indexed = f.Indexed, Help = f.Help, Section = f.Section,
                Position = f.Position, Roles = f.Roles is null ? null : [.. f.Roles.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => long.Parse(r, System.Globalization.CultureInfo.InvariantCulture))],
                WhenField = f.WhenField, WhenValues = f.WhenValues is null ? null : [.. f.WhenValues.Split(',')], Active = f.Active,
            };
        }
    }

    /// <summary>A field by which others of its list can be shown or not: its name in the form, what it is called, and its values.</summary>
    public sealed record Decider(string Field, string Name, IReadOnlyList<(string Value, string Text)> Values);

    /// <summary>All fields of a list, those no longer used last.</summary>
    public async Task<List<CustomField>> All(string list, CancellationToken ct) =>
        [.. (await db.Set<CustomField>().AsNoTracking().Where(f => f.List == list).ToListAsync(ct)).OrderByDescending(f => f.Active).ThenBy(f => f.Section is null ? 0 : 1).ThenBy(f => f.Section, StringComparer.Ordinal).ThenBy(f => f.Position).ThenBy(f => f.Id)];

    /// <summary>One of them.</summary>
    public async Task<Result<CustomField>> Find(long id, CancellationToken ct) =>
        await db.Set<CustomField>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct) is { } field ? field : new Refusal.NotFound();

    /// <summary>The choices of a list, declared and own, by which a field can be shown or not.</summary>
    public IReadOnlyList<Decider> Deciders(string list) =>
    [
        .. from f in lists.FirstOrDefault(l => l.Key == list)?.Fields ?? []
           where f.Input is not null && f.Kind == FieldKind.Choice && f.Options.Any()
           select new Decider(f.Input!, f.Name, [.. f.Options]),
    ];

    /// <summary>Defines one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public async Task<Result<CustomField>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.System))
        {
            return new Refusal.Forbidden();
        }

        try
        {
            var saved = await db.Write(() => Save(id, version, input, ct), ct);
            if (saved.TryGet(out _, out _))
            {
                fields.Renew();
                runner.Wake();
            }

            return saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Invalid("fields.key_taken", nameof(Input.Key)); // Two at once: the other was first.
        }
    }

    private async Task<Result<CustomField>> Save(long? id, int? version, Input input, CancellationToken ct)
    {
        var field = id is null ? new() { List = input.List, Kind = input.Kind ?? CustomKind.Text } : await db.Set<CustomField>().SingleOrDefaultAsync(f => f.Id == id, ct);
        if (field is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && version is not null && field.Version != version)
        {
            return new Refusal.Stale();
        }

        var others = await db.Set<CustomField>().AsNoTracking().Where(f => f.List == field.List && f.Id != field.Id).ToListAsync(ct);
        if (id is null)
        {
            field.Key = KeyOf(input, others);
        }

        if (Check(field, input, others) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        (field.Name, field.EnglishName, field.Help, field.Section) = (input.Name.Trim(), PlainText.Trimmed(input.EnglishName), PlainText.Trimmed(input.Help), PlainText.Trimmed(input.Section));
        field.Options = field.Kind is CustomKind.Choice or CustomKind.Choices ? string.Join('\n', Lines(input.Options)) : null;
        (field.Required, field.Unique, field.Indexed) = (input.Required, input.Unique, input.Indexed);
        field.Position = input.Position ?? (id is null ? others.Select(o => o.Position).DefaultIfEmpty().Max() + 10 : field.Position);
        field.Roles = input.Roles is { Count: > 0 } roles ? $",{string.Join(',', roles.Distinct().Order())}," : null;
        (field.WhenField, field.WhenValues) = string.IsNullOrWhiteSpace(input.WhenField) ? (null, null) : (input.WhenField, string.Join(',', input.WhenValues ?? []));
        field.Active = input.Active ?? field.Active;
        if (field.Unique && id is not null && db.Entry(field).Property(f => f.Unique).OriginalValue != true && await Twice(field, ct) is { Length: > 0 } twice)
        {
            return new Refusal.InvalidMany([new(nameof(Input.Unique), "fields.not_unique", twice)]);
        }

        if (id is null)
        {
            db.Add(field);
        }

        await db.SaveChangesAsync(ct);
        if (field.Ready != (field.Active && (field.Indexed || field.Unique)))
        {
            db.Add(new Job { Kind = IndexCustomField.Kind, Input = JsonSerializer.Serialize(field.Id), UserId = db.Actor.UserId, CreatedAt = db.UtcNow });
            await db.SaveChangesAsync(ct);
        }

        return field;
    }

    /// <summary>A value that two rows have; empty where none has.</summary>
    private async Task<string> Twice(CustomField field, CancellationToken ct)
    {
        var value = CustomValue.Sql(field, db.IsPostgres);
        var sql = $"SELECT CAST({value} AS text) AS \"Value\" FROM {fields.Table(db, field)} WHERE {value} <> {(field.IsNumber ? CustomValue.Least.ToString(System.Globalization.CultureInfo.InvariantCulture) : "''")} GROUP BY {value} HAVING count(*) > 1 LIMIT 1";
        return await db.Database.SqlQueryRaw<string>(sql).FirstOrDefaultAsync(ct) ?? "";
    }

    private List<FieldError> Check(CustomField field, Input input, List<CustomField> others)
    {
        var errors = new List<FieldError>();
        if (targets.All(t => t.List != field.List))
        {
            errors.Add(new(nameof(input.List), "fields.list_unknown"));
        }

        if (!Keys().IsMatch(field.Key) || others.Exists(o => o.Key == field.Key))
        {
            errors.Add(new(nameof(input.Key), others.Exists(o => o.Key == field.Key) ? "fields.key_taken" : "fields.key_wrong"));
        }

        if (string.IsNullOrWhiteSpace(input.Name) || others.Exists(o => o.Active && o.Name == input.Name.Trim()))
        {
            errors.Add(new(nameof(input.Name), string.IsNullOrWhiteSpace(input.Name) ? "fields.name_missing" : "fields.name_taken"));
        }

        foreach (var (name, text, longest) in new[] { (nameof(input.Name), input.Name, CustomField.WordLength), (nameof(input.EnglishName), input.EnglishName, CustomField.WordLength), (nameof(input.Section), input.Section, CustomField.WordLength), (nameof(input.Help), input.Help, 500) })
        {
            errors.AddRange(!PlainText.IsStorable(text) || text?.Length > longest ? [new(name, "fields.word_wrong", longest)] : Array.Empty<FieldError>());
        }

        var options = Lines(input.Options);
        if (field.Kind is CustomKind.Choice or CustomKind.Choices && (options.Count is 0 or > CustomField.MostOptions || options.Exists(o => o.Length > CustomField.WordLength || o.Contains(',', StringComparison.Ordinal) || o.StartsWith('|') || !PlainText.IsStorable(o)) || options.Select(o => o.Split('|')[0].Trim()).Distinct().Count() < options.Count))
        {
            errors.Add(new(nameof(input.Options), "fields.options_wrong", CustomField.MostOptions));
        }

        if (input.Unique && (field.Kind is CustomKind.Choice or CustomKind.Choices))
        {
            errors.Add(new(nameof(input.Unique), "fields.unique_choice"));
        }

        if (!string.IsNullOrWhiteSpace(input.WhenField) && (Deciders(field.List).FirstOrDefault(d => d.Field == input.WhenField && d.Field != CustomValue.Name(field)) is not { } decider || input.WhenValues is not { Count: > 0 } values || values.Exists(v => decider.Values.All(d => d.Value != v))))
        {
            errors.Add(new(nameof(input.WhenField), "fields.when_wrong"));
        }

        if (others.Count(o => o.Active) >= Most && (input.Active ?? field.Active))
        {
            errors.Add(new(nameof(input.Name), "fields.too_many", Most));
        }

        return errors;
    }

    private static List<string> Lines(string? options) => [.. (options ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>煤种 becomes x_meizhong; a second of that name x_meizhong2.</summary>
    private static string KeyOf(Input input, List<CustomField> others)
    {
        if (!string.IsNullOrWhiteSpace(input.Key))
        {
            return input.Key.Trim();
        }

#pragma warning disable CA1308 // Keys are in small letters.
        var plain = new string([.. Pinyin.Full(input.Name ?? "").ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(30)]);
#pragma warning restore CA1308
        var key = $"x_{(plain.Length == 0 ? "field" : plain)}";
        return Enumerable.Range(1, others.Count + 1).Select(n => n == 1 ? key : $"{key}{n}").First(k => others.TrueForAll(o => o.Key != k));
    }

    [GeneratedRegex(@"^x_[a-z0-9_]{1,38}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Keys();

    /// <summary>A field as the API tells it.</summary>
    public sealed record Answer(long Id, string List, string Key, string Name, string? EnglishName, CustomKind Kind, IReadOnlyList<string>? Options, bool Required, bool Unique, bool Indexed, bool Ready, string? Help, string? Section, int Position, string? WhenField, IReadOnlyList<string>? WhenValues, bool Active, int Version)
    {
        internal static Answer Of(CustomField f) => new(f.Id, f.List, f.Key, f.Name, f.EnglishName, f.Kind, f.Options is null ? null : Lines(f.Options), f.Required, f.Unique, f.Indexed, f.Ready, f.Help, f.Section, f.Position, f.WhenField, f.WhenValues?.Split(','), f.Active, f.Version);
    }

    /// <summary>The fields in use that the caller sees: what <c>custom</c> and <c>filter</c> may name.</summary>
    internal static IResult Get(string? list, CustomFields fields, CurrentActor current) =>
        TypedResults.Ok(new Listing<Answer>([.. fields.Of(list ?? "", current.Actor).Select(Answer.Of)], null));

    internal static async Task<IResult> Post(Input input, SaveCustomField useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(null, null, input, ct)).Answer(f =>
        {
            Versions.Tell(http, f.Version);
            return TypedResults.Created($"/api/v1/fields/{f.Id}", Answer.Of(f));
        });

    internal static async Task<IResult> Put(long id, Input input, SaveCustomField useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Run(id, Versions.Asked(http), input, ct)).Answer(f =>
        {
            Versions.Tell(http, f.Version);
            return TypedResults.Ok(Answer.Of(f));
        });
}
