using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>Two edits of one contact: what one typed, what is stored by now, what the form began with.</summary>
internal static class ContactConflict
{
    private const string Own = "Custom.";

    private static readonly IReadOnlyList<(string Name, string TextKey, Func<SaveContact.Input, string?> Said, Action<SaveContact.Input, SaveContact.Input> Take)> Fields =
    [
        (nameof(SaveContact.Input.Name), "contact.name", i => i.Name, (to, from) => to.Name = from.Name),
        (nameof(SaveContact.Input.Title), "contact.post", i => i.Title, (to, from) => to.Title = from.Title),
        (nameof(SaveContact.Input.Mobile), "contact.mobile", i => i.Mobile, (to, from) => to.Mobile = from.Mobile),
        (nameof(SaveContact.Input.Phone), "customer.phone", i => i.Phone, (to, from) => to.Phone = from.Phone),
        (nameof(SaveContact.Input.Email), "contact.email", i => i.Email, (to, from) => to.Email = from.Email),
        (nameof(SaveContact.Input.IsMain), "contact.main", i => YesNo(i.IsMain), (to, from) => to.IsMain = from.IsMain),
        (nameof(SaveContact.Input.Active), "contact.active", i => YesNo(i.Active), (to, from) => to.Active = from.Active),
        .. ContactFields.More.Select(f => (f.Name, f.TextKey, (Func<SaveContact.Input, string?>)(i => f.Name is nameof(SaveContact.Input.ReportsToId) ? ContactFields.Typed(i, f) : ContactFields.Said(i, f, _ => null)), (Action<SaveContact.Input, SaveContact.Input>)((to, from) => ContactFields.Take(to, from, f.Name)))),
    ];

    /// <summary>What changed on either side. <paramref name="called"/>: what the group's own fields are called, by key.</summary>
    public static Conflict Between(SaveContact.Input mine, SaveContact.Input stored, SaveContact.Input? start, Func<string, string> called) => Conflict.Of(
    [
        .. Fields.Select(f => Cell(f.Name, Texts.Get(f.TextKey), f.Said(mine), f.Said(stored), start is null ? null : f.Said(start) ?? "")),
        .. (mine.Custom?.Keys ?? Enumerable.Empty<string>()).Select(key => Cell(Own + key, called(key), mine.Custom!.GetValueOrDefault(key), stored.Custom?.GetValueOrDefault(key), start is null ? null : start.Custom?.GetValueOrDefault(key) ?? "")),
    ]);

    /// <summary>Puts what is stored into <paramref name="mine"/> for these fields.</summary>
    public static void Take(SaveContact.Input mine, SaveContact.Input stored, IReadOnlyCollection<string> fields)
    {
        foreach (var field in Fields.Where(f => fields.Contains(f.Name)))
        {
            field.Take(mine, stored);
        }

        foreach (var key in fields.Where(f => f.StartsWith(Own, StringComparison.Ordinal)).Select(f => f[Own.Length..]))
        {
            (mine.Custom ??= [])[key] = stored.Custom?.GetValueOrDefault(key);
        }
    }

    /// <summary>What a form began with, as it carries it along; null where that was tampered with.</summary>
    public static SaveContact.Input? Read(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<SaveContact.Input>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Write(SaveContact.Input input) => JsonSerializer.Serialize(input);

    private static Conflict.Cell Cell(string name, string label, string? mine, string? stored, string? start) =>
        new(new(name, label, PlainText.Trimmed(mine), stored), mine?.Trim() ?? "", stored ?? "", start);

    private static string YesNo(bool? said) => Texts.Get(said == true ? "ui.yes" : "ui.no");
}
