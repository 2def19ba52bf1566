using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Fields;

/// <summary>What a custom field holds.</summary>
public enum CustomKind
{
    /// <summary>Words.</summary>
    Text,

    /// <summary>A number with up to four decimals; stored in ten-thousandths.</summary>
    Number,

    /// <summary>Typed in yuan, stored in fen.</summary>
    Money,

    /// <summary>A day.</summary>
    Date,

    /// <summary>One of the options.</summary>
    Choice,

    /// <summary>Some of the options.</summary>
    Choices,

    /// <summary>An account.</summary>
    Person,

    /// <summary>A station, by its name.</summary>
    Station,

    /// <summary>A customer.</summary>
    Customer,

    /// <summary>One of the customer's attachments.</summary>
    File,
}

/// <summary>A row that carries the values of custom fields.</summary>
public interface ICustomised
{
    /// <summary>Longest JSON of them all.</summary>
    const int Length = 100_000;

    /// <summary>JSON, field's key → value as <see cref="CustomValue"/> stores it; null where none is known.</summary>
    string? Custom { get; set; }
}

/// <summary>A field that the group added to its customers, contacts or waybills (自定义字段). Its key and kind never change: values, views and interfaces hang on them.</summary>
public sealed class CustomField : IAudited, IVersioned
{
    /// <summary>Longest name, help, section and option.</summary>
    public const int WordLength = 100;

    /// <summary>Most options of a choice.</summary>
    public const int MostOptions = 200;

    /// <summary>Longest <see cref="Roles"/>.</summary>
    public const int RolesLength = 1_000;

    /// <summary>Longest <see cref="WhenValues"/>.</summary>
    public const int WhenLength = 2_000;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>The list it belongs to: customers, contacts, waybills.</summary>
    public string List { get; set; } = "";

    /// <summary>Its name in addresses, filters and the API: <c>x_</c> and small letters, digits, underscores.</summary>
    public string Key { get; set; } = "";

    /// <summary>What it is called in Chinese.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is called in English; the Chinese name where null.</summary>
    public string? EnglishName { get; set; }

    /// <summary>What it holds.</summary>
    public CustomKind Kind { get; set; }

    /// <summary>The options of a choice, a line each: the text that is stored, and behind a bar what English readers see.</summary>
    public string? Options { get; set; }

    /// <summary>Whether a form without it is refused.</summary>
    public bool Required { get; set; }

    /// <summary>Whether no two rows may have the same.</summary>
    public bool Unique { get; set; }

    /// <summary>Whether lists can be filtered and put in order by it; takes an index of its own.</summary>
    public bool Indexed { get; set; }

    /// <summary>Whether that index stands, and whatever else filters read.</summary>
    public bool Ready { get; set; }

    /// <summary>A sentence under the field.</summary>
    public string? Help { get; set; }

    /// <summary>The section it stands in; null for the common one.</summary>
    public string? Section { get; set; }

    /// <summary>Its place within the section.</summary>
    public int Position { get; set; }

    /// <summary>Ids of the roles that see it, with commas around; null for everyone.</summary>
    public string? Roles { get; set; }

    /// <summary>The field, as the form names it, that decides whether this one is asked; null where it always is.</summary>
    public string? WhenField { get; set; }

    /// <summary>The values of that field with which it is asked, with commas between.</summary>
    public string? WhenValues { get; set; }

    /// <summary>False once it is no longer used; its values stay.</summary>
    public bool Active { get; set; } = true;

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>Whether it is stored as a whole number.</summary>
    public bool IsNumber => Kind is CustomKind.Number or CustomKind.Money or CustomKind.Person or CustomKind.Customer or CustomKind.File;

    /// <summary>Whether it is to have an index.</summary>
    public bool WantsIndex => Active && (Indexed || Unique);

    /// <summary>What it is called, in the reader's language.</summary>
    public string Called => Text.Texts.IsEnglish && EnglishName is { Length: > 0 } english ? english : Name;

    /// <summary>The options: what is stored, and what the reader sees.</summary>
    public IReadOnlyList<(string Value, string Text)> Choices =>
        [.. (Options ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(o => o.Split('|', 2, StringSplitOptions.TrimEntries)).Select(o => (o[0], Text.Texts.IsEnglish && o is [_, { Length: > 0 } english] ? english : o[0]))];

    /// <summary>The roles that see it; none for everyone.</summary>
    public IEnumerable<long> RoleIds => (Roles ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => long.Parse(r, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Whether someone with these roles sees it.</summary>
    public bool IsSeenBy(IReadOnlySet<long> roles) => Roles is null || RoleIds.Any(roles.Contains);

    internal sealed class Mapping : IEntityTypeConfiguration<CustomField>
    {
        public void Configure(EntityTypeBuilder<CustomField> builder)
        {
            builder.ToTable("custom_fields");
            builder.Property(f => f.List).HasMaxLength(40);
            builder.Property(f => f.Key).HasMaxLength(40);
            builder.Property(f => f.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(f => f.Options).HasMaxLength(50_000);
            builder.Property(f => f.Help).HasMaxLength(500);
            builder.Property(f => f.Roles).HasMaxLength(RolesLength);
            builder.Property(f => f.WhenValues).HasMaxLength(WhenLength);
            builder.HasIndex(f => new { f.List, f.Key }).IsUnique();
        }
    }
}
