using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>The fields of a contact beyond name and first numbers, each once: for its form, page, import, export, conflict and merge.</summary>
internal static class ContactFields
{
    /// <summary>One of them.</summary>
    /// <param name="Name">In <see cref="SaveContact.Input"/>, and on the contact.</param>
    /// <param name="Key">In the list and in files.</param>
    /// <param name="TextKey">What it is called.</param>
    /// <param name="Longest">Of a text, the most characters; 0 for anything else.</param>
    /// <param name="With">The field that it goes with in a merge: it says nothing alone.</param>
    public sealed record Field(string Name, string Key, string TextKey, int Longest = 0, string? With = null);

    /// <summary>All, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<Field> More =
    [
        new(nameof(Contact.Mobile2), "mobile2", "field.Mobile2", 50), new(nameof(Contact.Phone2), "phone2", "field.Phone2", 50), new(nameof(Contact.Email2), "email2", "field.Email2", Customer.NameLength), new(nameof(Contact.WeChat), "weChat", "field.WeChat", 50),
        new(nameof(Contact.PreferredWay), "preferredWay", "field.PreferredWay"), new(nameof(Contact.PreferredTime), "preferredTime", "field.PreferredTime", 100),
        new(nameof(Contact.DecisionRole), "decisionRole", "field.DecisionRole"), new(nameof(Contact.ReportsToId), "reportsTo", "field.ReportsToId"), new(nameof(Contact.Attitude), "attitude", "field.Attitude"), new(nameof(Contact.Influence), "influence", "field.Influence"),
        new(nameof(Contact.Closeness), "closeness", "field.Closeness"), new(nameof(Contact.Competence), "competence", "field.Competence", Contact.TextLength),
        new(nameof(Contact.Birthday), "birthday", "field.Birthday", 20), new(nameof(Contact.BirthdayLunar), "birthdayLunar", "field.BirthdayLunar", With: nameof(Contact.Birthday)), new(nameof(Contact.Customs), "customs", "field.Customs", Contact.TextLength),
        new(nameof(Contact.InactiveOn), "inactiveOn", "field.InactiveOn", With: nameof(Contact.Active)), new(nameof(Contact.InactiveReason), "inactiveReason", "field.InactiveReason", 200, With: nameof(Contact.Active)),
    ];

    /// <summary>The field of that name; null where there is none such.</summary>
    public static Field? Find(string name) => More.FirstOrDefault(f => f.Name == name);

    /// <summary>What an input says of it, as it would be typed.</summary>
    public static string? Typed(SaveContact.Input input, Field field) => TypedValue.Of(input, field.Name) is { Length: > 0 } said ? said : null;

    /// <summary>What it says in words; whom one reports to by the name given.</summary>
    public static string? Said(SaveContact.Input input, Field field, Func<long, string?> person) => field.Name switch
    {
        nameof(Contact.ReportsToId) => input.ReportsToId is { } id ? person(id) ?? Texts.Get("customer.hidden") : null,
        nameof(Contact.Birthday) => SaidBirthday(input),
        nameof(Contact.BirthdayLunar) => input.Birthday is null ? null : Texts.Get(input.BirthdayLunar == true ? "ui.yes" : "ui.no"),
        nameof(Contact.InactiveOn) => CustomerText.Day(input.InactiveOn),
        _ => CustomerText.Said(typeof(SaveContact.Input).GetProperty(field.Name)!.GetValue(input), field.Name),
    };

    /// <summary>A birthday with its calendar.</summary>
    public static string? SaidBirthday(SaveContact.Input input) => string.IsNullOrWhiteSpace(input.Birthday) ? null : input.BirthdayLunar == true ? Texts.Get("contact.lunar_day", input.Birthday) : input.Birthday;

    /// <summary>Takes one over, with what goes with it.</summary>
    public static void Take(SaveContact.Input to, SaveContact.Input from, string name, Action<SaveContact.Input, SaveContact.Input>? also = null)
    {
        also?.Invoke(to, from);
        foreach (var field in More.Where(f => f.Name == name || f.With == name))
        {
            var property = typeof(SaveContact.Input).GetProperty(field.Name)!;
            property.SetValue(to, property.GetValue(from));
        }
    }

    /// <summary>Whether two say the same of all of them.</summary>
    public static bool Same(SaveContact.Input a, SaveContact.Input b) => More.All(f => TypedValue.Of(a, f.Name).Trim() == TypedValue.Of(b, f.Name).Trim());
}
