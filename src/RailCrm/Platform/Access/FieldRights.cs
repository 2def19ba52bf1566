using System.Collections.Concurrent;
using System.Reflection;
using RailCrm.Kernel;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Access;

/// <summary>What a role may do with a field, from most to least.</summary>
public enum FieldRight
{
    /// <summary>See and change it, where the record may be changed.</summary>
    Edit,

    /// <summary>See it.</summary>
    See,

    /// <summary>See that it is there, and enough to recognise it; the whole of it with a reason.</summary>
    Masked,

    /// <summary>Not see it.</summary>
    Hidden,
}

/// <summary>What somebody may do with the fields of records, by the roles he holds; where no role says anything, all that his permissions allow.</summary>
public sealed class FieldRights
{
    /// <summary>Longest text that <see cref="Write"/> makes.</summary>
    public const int Length = 2_000;

    /// <summary>Nothing is kept from him.</summary>
    public static readonly FieldRights Free = new([]);

    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo?> Properties = new();

    private readonly Dictionary<RuledField, FieldRight> _rules;

    private FieldRights(Dictionary<RuledField, FieldRight> rules) => _rules = rules;

    /// <summary>Whether nothing is kept from him: then nobody asks further.</summary>
    public bool IsFree => _rules.Count == 0;

    /// <summary>The rights of somebody with these roles' rules: of two roles the one that allows more holds.</summary>
    public static FieldRights Of(IReadOnlyCollection<string?> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        if (roles.Count == 0 || roles.Any(string.IsNullOrEmpty))
        {
            return Free;
        }

        var each = roles.Select(Read).ToList();
        return new(RuledField.All.Where(f => each.TrueForAll(r => r.ContainsKey(f))).ToDictionary(f => f, f => each.Min(r => r[f])));
    }

    /// <summary>A role's rules by field; what is not in it may be changed. A name that no field has any more says nothing.</summary>
    public static Dictionary<RuledField, FieldRight> Read(string? rules)
    {
        var read = new Dictionary<RuledField, FieldRight>();
        foreach (var rule in (rules ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (rule.Split('=') is [var key, var right] && RuledField.All.FirstOrDefault(f => f.Key == key) is { } field && Enum.TryParse<FieldRight>(right, ignoreCase: true, out var known) && known != FieldRight.Edit)
            {
                read[field] = known;
            }
        }

        return read;
    }

    /// <summary>A role's rules as they are stored; null where there is none.</summary>
    public static string? Write(IReadOnlyDictionary<RuledField, FieldRight> rules) =>
        string.Join(';', RuledField.All.Where(f => rules.GetValueOrDefault(f) != FieldRight.Edit).Select(f => $"{f.Key}={rules[f].ToString().ToLowerInvariant()}")) is { Length: > 0 } text ? text : null;

    /// <summary>What two people both may: nobody sees more by looking through another's eyes.</summary>
    public FieldRights Within(FieldRights other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(RuledField.All.Select(f => (Field: f, Right: (FieldRight)Math.Max((int)Of(f), (int)other.Of(f)))).Where(r => r.Right != FieldRight.Edit).ToDictionary(r => r.Field, r => r.Right));
    }

    /// <summary>The right to a field of a list, by any name that the record has for it.</summary>
    public FieldRight Of(string list, string? name) => IsFree || RuledField.Find(list, name) is not { } field ? FieldRight.Edit : Of(field);

    private FieldRight Of(RuledField field) => _rules.GetValueOrDefault(field);

    /// <summary>Whether it may be changed.</summary>
    public bool Edits(string list, string? name) => Of(list, name) == FieldRight.Edit;

    /// <summary>Whether it is seen as it is.</summary>
    public bool Sees(string list, string? name) => Of(list, name) <= FieldRight.See;

    /// <summary>Whether some of these are masked.</summary>
    public IReadOnlyList<RuledField> Masked(string list) => IsFree ? [] : [.. _rules.Where(r => r.Key.List == list && r.Value == FieldRight.Masked).Select(r => r.Key)];

    /// <summary>The fields of a list that may not be changed.</summary>
    public IEnumerable<RuledField> Fixed(string list) => _rules.Keys.Where(f => f.List == list);

    /// <summary>A value of a field as he may read it; null where he may not.</summary>
    public string? Told(string list, string? name, string? value) => Of(list, name) switch
    {
        FieldRight.Hidden => null,
        FieldRight.Masked when RuledField.Find(list, name) is { } field => field.Name == name ? field.Mask?.Invoke(value) : null,
        _ => value,
    };

    /// <summary>Masks and empties, in something read to be shown or told, what he may not see; its properties are named as the record's. Never in what is to be saved.</summary>
    /// <param name="list">Whose fields.</param>
    /// <param name="told">What is shown.</param>
    /// <param name="masks">Whether masks stand there; else nothing does, where a machine would take a mask for a value.</param>
    public T Cover<T>(string list, T told, bool masks = true) where T : class
    {
        ArgumentNullException.ThrowIfNull(told);
        foreach (var (field, right) in _rules)
        {
            if (field.List != list || right < FieldRight.Masked)
            {
                continue;
            }

            foreach (var name in field.Along.Prepend(field.Name))
            {
                if (Property(told.GetType(), name) is { } property)
                {
                    property.SetValue(told, masks && right == FieldRight.Masked && name == field.Name ? field.Mask?.Invoke((string?)property.GetValue(told)) : null);
                }
            }
        }

        return told;
    }

    /// <summary>Leaves in what was said of a record every field as it is stored that he may not change. Saying nothing, the same, or the mask that he was shown changes nothing; anything else is an error that names the field.</summary>
    /// <param name="list">Whose fields.</param>
    /// <param name="said">What was said; another of its kind afterwards where something was kept, so that a form does not show it.</param>
    /// <param name="stored">What is stored, as one would say it; of a new record nothing.</param>
    public IReadOnlyList<FieldError> Keep<T>(string list, ref T said, T stored) where T : class
    {
        var (errors, kept, masks) = (new List<FieldError>(), (T)Copy.Invoke(said, null)!, false);
        foreach (var field in RuledField.All.Where(f => f.List == list && f.Mask is not null && Edits(list, f.Name)))
        {
            // What another was shown masked comes back by a file or by hand: it is no value, for whoever may write either.
            if (Property(typeof(T), field.Name) is { } masked && masked.GetValue(said) is string text && text.Contains(Mask.Stars, StringComparison.Ordinal))
            {
                errors.AddRange(text.Trim() == field.Mask!(masked.GetValue(stored) as string) ? [] : [new(field.Name, "fields.masked", Text.Texts.Get(field.TextKey))]);
                masked.SetValue(kept, masked.GetValue(stored));
                masks = true;
            }
        }

        foreach (var field in Fixed(list))
        {
            if (Property(typeof(T), field.Name) is not { } property)
            {
                continue;
            }

            var (now, known) = (TypedValue.Of(said, field.Name).Trim(), TypedValue.Of(stored, field.Name).Trim());
            if (now.Length > 0 && !TypedValue.Same(now, known) && now != Told(list, field.Name, known))
            {
                errors.Add(new(field.Name, "fields.kept", Text.Texts.Get(field.TextKey)));
            }

            property.SetValue(kept, property.GetValue(stored));
        }

        said = IsFree && !masks ? said : kept;
        return errors;
    }

    /// <summary>The names of the fields that may not be changed, as a form that was drawn with them posts them back.</summary>
    public string Names(string list) => string.Join(',', Fixed(list).Select(f => f.Name));

    /// <summary>Puts what the record says into the fields that a form did not post, since they could not be changed when it was drawn, or cannot now: a right that was widened meanwhile empties nothing, and what comes back with an error is whole.</summary>
    /// <param name="list">Whose fields.</param>
    /// <param name="said">What the form posted.</param>
    /// <param name="known">The record as its reader is shown it.</param>
    /// <param name="drawn">The names that <see cref="Names"/> gave the form.</param>
    /// <returns>The fields that were filled.</returns>
    public IReadOnlyList<string> Fill<T>(string list, T said, T known, string? drawn) where T : class
    {
        var names = (drawn ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var filled = RuledField.All.Where(f => f.List == list && (names.Contains(f.Name) || Of(f) != FieldRight.Edit)).Select(f => f.Name).ToList();
        foreach (var property in filled.Select(name => Property(typeof(T), name)).OfType<PropertyInfo>())
        {
            property.SetValue(said, property.GetValue(known));
        }

        return filled;
    }

    private static readonly MethodInfo Copy = typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static PropertyInfo? Property(Type type, string name) => Properties.GetOrAdd((type, name), static of =>
    {
        // A property without a setter is set through the class that declares it.
        var property = of.Item1.GetProperty(of.Item2);
        property = property?.DeclaringType == of.Item1 ? property : property?.DeclaringType?.GetProperty(of.Item2);
        return property?.GetSetMethod(nonPublic: true) is null ? null : property;
    });
}
