using System.Text.Json;
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
                db.Committed(fields.Renew);
                db.Committed(runner.Wake);
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
        await (id is { } known ? db.Alone(IndexCustomField.Hold(known), ct) : Task.CompletedTask);
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

        if (!await RolesExist(input, ct))
        {
            return new Refusal.Invalid("fields.role_unknown", nameof(Input.Roles));
        }

        (field.Name, field.EnglishName, field.Help, field.Section) = (input.Name.Trim(), PlainText.Trimmed(input.EnglishName), PlainText.Trimmed(input.Help), PlainText.Trimmed(input.Section));
        field.Options = field.Kind is CustomKind.Choice or CustomKind.Choices ? string.Join('\n', Lines(input.Options)) : null;
        (field.Required, field.Unique, field.Indexed) = (input.Required, input.Unique, input.Indexed);
        field.Position = input.Position ?? (id is null ? others.Select(o => o.Position).DefaultIfEmpty().Max() + 10 : field.Position);
        field.Roles = input.Roles is null ? field.Roles : Roles(input);
        (field.WhenField, field.WhenValues) = WhenValues(input) is { } values ? (input.WhenField, values) : (null, null);
        field.Active = input.Active ?? field.Active;
        var becomesUnique = field.Unique && id is not null && !db.Entry(field).Property(f => f.Unique).OriginalValue;
        if (becomesUnique && await IsQuick(field, ct) && await Twice(db, fields.Table(db, field), field, ct) is { Length: > 0 } twice)
        {
            return new Refusal.InvalidMany([new(nameof(Input.Unique), "fields.not_unique", CustomValue.Typed(field, field.IsNumber ? long.Parse(twice, System.Globalization.CultureInfo.InvariantCulture) : twice))]);
        }

        if (id is null)
        {
            db.Add(field);
        }

        await db.SaveChangesAsync(ct);
        if (field.Ready != field.WantsIndex || becomesUnique)
        {
            db.Add(IndexCustomField.Queued(db, field.Id, db.Actor.UserId));
            await db.SaveChangesAsync(ct);
        }

        return field;
    }

    /// <summary>A field as the API tells it.</summary>
    public sealed record Answer(long Id, string List, string Key, string Name, string? EnglishName, CustomKind Kind, IReadOnlyList<string>? Options, bool Required, bool Unique, bool Indexed, bool Ready, string? Help, string? Section, int Position, IReadOnlyList<long> Roles, string? WhenField, IReadOnlyList<string>? WhenValues, bool Active, int Version)
    {
        internal static Answer Of(CustomField f) => new(f.Id, f.List, f.Key, f.Name, f.EnglishName, f.Kind, f.Options is null ? null : Lines(f.Options), f.Required, f.Unique, f.Indexed, f.Ready, f.Help, f.Section, f.Position, [.. f.RoleIds], f.WhenField, f.WhenValues?.Split(','), f.Active, f.Version);
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

    internal static async Task<IResult> Put(long id, Told input, SaveCustomField useCase, HttpContext http, CancellationToken ct) =>
        input.Id is { } told && told != id ? Answers.Problem(new Refusal.Invalid("fields.other_id", nameof(Told.Id)))
        : (await useCase.Run(id, Versions.Asked(http) ?? input.Version, input, ct)).Answer(f =>
        {
            Versions.Tell(http, f.Version);
            return TypedResults.Ok(Answer.Of(f));
        });
}
