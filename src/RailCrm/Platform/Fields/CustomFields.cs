using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Fields;

/// <summary>Rows that can have custom fields.</summary>
/// <param name="List">The list's key.</param>
/// <param name="Row">The entity.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Carried">The properties that the index of such a field carries behind the value, so that it tells them of each row too.</param>
public sealed record CustomTarget(string List, Type Row, string TextKey, params IReadOnlyList<string> Carried);

/// <summary>What a custom field may refer to; each module brings what it knows.</summary>
public interface ICustomReference
{
    /// <summary>The kind it answers for.</summary>
    CustomKind Kind { get; }

    /// <summary>Where a form looks it up while one types; null where the form offers a list of its own.</summary>
    string? Lookup { get; }

    /// <summary>Where a filter looks it up while one types.</summary>
    string? FilterLookup => Lookup;

    /// <summary>The page of one; null where there is none.</summary>
    string? Href(long id);

    /// <summary>The key that a filter's text means, among what the actor sees; null where it is none.</summary>
    async Task<long?> Meant(CrmDb db, string typed, CancellationToken ct) => (await Find(db, typed, 0, ct))?.GetValue<long>();

    /// <summary>What is meant by a text, as it is stored, among what the actor sees; null where it is nothing. <paramref name="customerId"/> is whose row it is, 0 where that is yet to be made.</summary>
    Task<JsonNode?> Find(CrmDb db, string typed, long customerId, CancellationToken ct);

    /// <summary>What is meant by many texts, each of a customer's row; what is nothing is left out. Whoever may be asked for many different ones at once asks the database for all together.</summary>
    async Task<Dictionary<(string Typed, long CustomerId), JsonNode>> FindAll(CrmDb db, IReadOnlyCollection<(string Typed, long CustomerId)> asked, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var found = new Dictionary<(string, long), JsonNode>();
        foreach (var one in asked)
        {
            if (await Find(db, one.Typed, one.CustomerId, ct) is { } meant)
            {
                found[one] = meant;
            }
        }

        return found;
    }

    /// <summary>What some are called, as a form would name them; what the actor does not see is left out.</summary>
    Task<Dictionary<long, string>> Names(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct);
}

/// <summary>The custom fields of the group: known to every request without asking the database, and renewed within seconds on every node.</summary>
public sealed partial class CustomFields(IServiceScopeFactory scopes, IEnumerable<ICustomReference> references, IEnumerable<CustomTarget> targets, TimeProvider clock)
{
    /// <summary>So long a node may go on with what it read before.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Dictionary<CustomKind, ICustomReference> _references = references.ToDictionary(r => r.Kind);
    private readonly Lock _reading = new();
    private volatile Snapshot? _known;

    private sealed record Snapshot(IReadOnlyList<CustomField> Fields, DateTimeOffset At);

    /// <summary>All fields of a list that are in use, section by section.</summary>
    public IReadOnlyList<CustomField> All(string list) => [.. Known().Where(f => f.List == list && f.Active)];

    /// <summary>Those that the actor sees.</summary>
    public IReadOnlyList<CustomField> Of(string list, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return [.. Known().Where(f => f.List == list && f.Active && (actor.UserId == 0 || f.IsSeenBy(actor.Roles)))];
    }

    /// <summary>Any field of a list by its key, used no more or not: history tells of those too.</summary>
    public CustomField? Find(string list, string key) => Known().FirstOrDefault(f => f.List == list && f.Key == key);

    /// <summary>The table whose rows have a field.</summary>
    internal string Table(CrmDb db, CustomField field) => Entity(db, field).GetTableName()!;

    /// <summary>The columns that its index carries behind the value, each after a comma.</summary>
    internal string Carried(CrmDb db, CustomField field) => string.Concat(targets.First(t => t.List == field.List).Carried.Select(p => $", {Entity(db, field).FindProperty(p)!.GetColumnName()}"));

    private Microsoft.EntityFrameworkCore.Metadata.IEntityType Entity(CrmDb db, CustomField field) => db.Model.FindEntityType(targets.First(t => t.List == field.List).Row)!;

    /// <summary>Whether the actor may know of a change of a field, such as <c>Custom.x_grade</c> or <c>Phone</c>; what it says may be masked.</summary>
    public bool Sees(string list, string name, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(actor);
        return !name.StartsWith("Custom.", StringComparison.Ordinal) ? actor.Fields.Of(list, name) != FieldRight.Hidden : Find(list, name[7..]) is not { } field || actor.UserId == 0 || field.IsSeenBy(actor.Roles);
    }

    /// <summary>What a kind refers to; null where it refers to nothing.</summary>
    public ICustomReference? Reference(CustomKind kind) => _references.GetValueOrDefault(kind);

    /// <summary>Reads them anew: after a change, once it is committed.</summary>
    public void Renew()
    {
        lock (_reading)
        {
            Load();
        }
    }

    /// <summary>The values of a row as a form names them: references by what they are called.</summary>
    public async Task<Dictionary<string, string?>> Typed(CrmDb db, string list, string? json, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (stored, typed) = (CustomValue.Read(json), new Dictionary<string, string?>());
        foreach (var field in Of(list, db.Actor).Where(f => stored.ContainsKey(f.Key)))
        {
            typed[field.Key] = field.IsNumber && Reference(field.Kind) is { } reference && stored[field.Key].TryGetInt64(out var id)
                ? (await reference.Names(db, [id], ct)).GetValueOrDefault(id) ?? id.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : CustomValue.Typed(field, stored[field.Key]);
        }

        return typed;
    }

    /// <summary>The values of a row as the API tells them and takes them back; null where there are no fields.</summary>
    public Dictionary<string, string?>? Said(string list, string? json, Actor actor)
    {
        var (fields, stored) = (Of(list, actor), CustomValue.Read(json));
        return fields.Count == 0 ? null : fields.ToDictionary(f => f.Key, f => stored.TryGetValue(f.Key, out var value) ? CustomValue.Typed(f, value) : null);
    }

    /// <summary>Why a work on many rows cannot give a field this value; null where it can, or where the field is none of these.</summary>
    internal async Task<Refusal?> Wrong(CrmDb db, string list, WorkOrder order, CancellationToken ct)
    {
        if (order.Field is not { } key || Of(list, db.Actor).FirstOrDefault(f => f.Key == key) is not { } field || string.IsNullOrWhiteSpace(order.Value))
        {
            return null;
        }

        var errors = new List<FieldError>();
        return await Understood(db, field, order.Value, [], 0, errors, ct) is null ? new Refusal.InvalidMany([.. errors.Select(e => e with { Field = nameof(order.Value) })]) : null;
    }

    /// <summary>The values of a row as people read them, in order; null values too. What hangs on another field's value is left out where a form would not ask for it.</summary>
    /// <param name="db">The database.</param>
    /// <param name="list">Whose fields.</param>
    /// <param name="json">The row's values.</param>
    /// <param name="row">The row as its form says it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<(CustomField Field, string? Text, string? Href)>> Read(CrmDb db, string list, string? json, object row, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (stored, read) = (CustomValue.Read(json), new List<(CustomField, string?, string?)>());
        foreach (var field in Of(list, db.Actor).Where(f => IsAsked(f, stored, row)))
        {
            object? value = !stored.TryGetValue(field.Key, out var element) ? null : element.ValueKind == JsonValueKind.Number ? element.GetInt64() : element.GetString();
            var reference = value is long ? Reference(field.Kind) : null;
            var names = reference is null ? null : await reference.Names(db, [(long)value!], ct);
            read.Add((field, CustomValue.Say(field, value, names), value is long id && names?.ContainsKey(id) == true ? reference!.Href(id) : null));
        }

        return read;
    }

    /// <summary>The values of many rows as a table has them, and an import takes them back: a cell for each field that the actor sees.</summary>
    internal async Task<IReadOnlyList<Cell[]>> Cells(CrmDb db, string list, IReadOnlyList<string?> rows, CancellationToken ct)
    {
        var (fields, names) = (Of(list, db.Actor), new Dictionary<CustomKind, Dictionary<long, string>>());
        foreach (var kind in fields.Where(f => f.IsNumber && Reference(f.Kind) is not null).GroupBy(f => f.Kind))
        {
            var ids = rows.SelectMany(r => kind.Select(f => CustomValue.Number(r, f.Key))).Where(id => id != CustomValue.Least).Distinct().ToList();
            names[kind.Key] = await Reference(kind.Key)!.Names(db, ids, ct);
        }

        return [.. rows.Select(CustomValue.Read).Select(stored => fields.Select(f => InCell(f, stored)).ToArray())];

        Cell InCell(CustomField field, SortedDictionary<string, JsonElement> stored) =>
            !stored.TryGetValue(field.Key, out var value) ? Cell.Of((string?)null)
            : names.TryGetValue(field.Kind, out var of) && value.TryGetInt64(out var id) ? Cell.Of(of.GetValueOrDefault(id))
            : Cell.Of(CustomValue.Typed(field, value));
    }

    /// <remarks>One reads anew; the others go on with what was known before. Whoever asks may hold a connection with a transaction on it: were all of them to wait for one more, none would give its own back.</remarks>
    private IReadOnlyList<CustomField> Known()
    {
        if (_known is not { } known)
        {
            lock (_reading)
            {
                return (_known ?? Load()).Fields;
            }
        }

        if (IsFresh(known) || !_reading.TryEnter())
        {
            return known.Fields;
        }

        try
        {
            return (_known is { } now && IsFresh(now) ? now : Load()).Fields;
        }
        finally
        {
            _reading.Exit();
        }
    }

    private bool IsFresh(Snapshot known) => clock.GetUtcNow() - known.At is var age && age < Fresh && age >= TimeSpan.Zero;

    private Snapshot Load()
    {
        var at = clock.GetUtcNow();
        using var services = scopes.CreateScope();
        services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = Actor.System("fields");
        var fields = services.ServiceProvider.GetRequiredService<CrmDb>().Set<CustomField>().AsNoTracking().ToList();
        return _known = new([.. fields.OrderBy(f => f.Section is null ? 0 : 1).ThenBy(f => f.Section, StringComparer.Ordinal).ThenBy(f => f.Position).ThenBy(f => f.Id)], at);
    }
}
