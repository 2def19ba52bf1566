using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Platform.Lists;

/// <summary>What a field holds: how it is typed, compared, shown and exported.</summary>
public enum FieldKind
{
    /// <summary>Words.</summary>
    Text,

    /// <summary>A count.</summary>
    Number,

    /// <summary>Stored in fen; typed in yuan.</summary>
    Money,

    /// <summary>Stored in kg; typed in tonnes.</summary>
    Weight,

    /// <summary>0–100.</summary>
    Percent,

    /// <summary>A day.</summary>
    Date,

    /// <summary>An instant (UTC), typed as a day of Beijing.</summary>
    Instant,

    /// <summary>One of a few codes, each with a text.</summary>
    Choice,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>The key of another row, shown by its name.</summary>
    Reference,
}

/// <summary>Names the rows that a column refers to, all of a page at once.</summary>
public delegate Task<Dictionary<long, string>> NamesOf(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct);

/// <summary>A field of a list: a column, a filter, an order, a group, as far as it is declared to be one.</summary>
/// <param name="key">Its name in addresses and in the API's <c>filter</c>.</param>
/// <param name="textKey">What it is called.</param>
/// <param name="kind">What it holds.</param>
public abstract class ListField(string key, string textKey, FieldKind kind)
{
    /// <summary>Its name in addresses.</summary>
    public string Key => key;

    /// <summary>What it is called.</summary>
    public string TextKey => textKey;

    /// <summary>What it is called, in the reader's language.</summary>
    public string Name => Naming?.Invoke() ?? Text.Texts.Get(textKey);

    /// <summary>Says what it is called, where no text of ours does.</summary>
    protected Func<string>? Naming { get; set; }

    /// <summary>Says a stored value, where it is stored in a way of its own.</summary>
    protected Func<object, IReadOnlyDictionary<long, string>?, string?>? Saying { get; set; }

    /// <summary>What it holds.</summary>
    public FieldKind Kind => kind;

    /// <summary>How it may be compared; empty where it cannot be filtered by.</summary>
    public IReadOnlyList<string> Operators { get; protected set; } = [];

    /// <summary>The condition that only the rows of one group satisfy: of a unit or a region without what lies below it.</summary>
    public Criterion Having(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new(Key, Operators.Contains("==") ? "==" : "=", [group.Asked]);
    }

    /// <summary>Whether it can be shown; else it only filters.</summary>
    public bool IsColumn { get; protected set; } = true;

    /// <summary>Whether it stands in no panel.</summary>
    public bool IsHidden { get; protected set; }

    /// <summary>Whether the list can be put in its order.</summary>
    public bool IsSorted { get; protected set; }

    /// <summary>Whether it can be put in its order where its rows are few: no index brings it.</summary>
    public bool IsSortedNear { get; protected set; }

    /// <summary>Whether the list can be grouped by it, and laid out as a board.</summary>
    public bool IsGrouped { get; protected set; }

    /// <summary>Whether its groups follow each other in time.</summary>
    public bool IsInTime { get; protected set; }

    /// <summary>Whether it can be a board's columns.</summary>
    public bool IsOnBoard => IsGrouped && !IsInTime;

    /// <summary>The page that moves a row to another value, where that takes more than the value; null where the cell is changed, or nothing moves it.</summary>
    public Func<long, string>? MovedAt { get; protected set; }

    /// <summary>Whether its sum says something.</summary>
    public bool IsSummed { get; protected set; }

    /// <summary>Whether its sum is told where rows are few: it is read out of each by itself.</summary>
    public bool IsSummedNear { get; protected set; }

    /// <summary>Whether it tells a change, with its sign and colour.</summary>
    public bool IsChange { get; protected set; }

    /// <summary>Whether it is the link to the record.</summary>
    public bool IsName { get; protected set; }

    /// <summary>Whether it is copied as often as it is read.</summary>
    public bool IsCopied { get; protected set; }

    /// <summary>Its name in the use case that changes it; null where it cannot be changed in the list.</summary>
    public string? Input { get; protected set; }

    /// <summary>Whether the reader sees its mask alone.</summary>
    public bool IsMasked { get; protected set; }

    /// <summary>The list and the name by which roles rule it, where that is not the list it stands in and its name when it is changed.</summary>
    public (string List, string Name)? Rule { get; protected set; }

    /// <summary>Whether a row can be without it: a flag or a class that every row has cannot be emptied.</summary>
    public virtual bool CanBeEmpty => true;

    /// <summary>Whether it can be changed for many rows at once: what is unique to a row cannot.</summary>
    public bool IsBulk { get; protected set; }

    /// <summary>Whether one may ask for rows without it.</summary>
    public bool AsksEmpty { get; protected set; }

    /// <summary>What rows without it are said to be.</summary>
    public string Empty => Text.Texts.Get(EmptyKey);

    /// <summary>The text of that.</summary>
    protected string EmptyKey { get; set; } = "list.unknown";

    /// <summary>Whether <c>~</c> finds a text anywhere in it; else where it begins so.</summary>
    public bool Contains { get; protected set; }

    /// <summary>Whether its name says how it is compared: from a day, below a percentage.</summary>
    public bool SaysHow { get; protected set; }

    /// <summary>The comparison that is meant where none was chosen: a figure is seldom asked for exactly, a day seldom alone, a text seldom known to its last letter.</summary>
    public string Usual => Operators.FirstOrDefault(o => o == ">=") ?? Operators.FirstOrDefault(o => o == "~") ?? Operators.FirstOrDefault(o => o == "=") ?? Operators[0];

    /// <summary>Whether it holds paragraphs rather than a line.</summary>
    public bool IsLong { get; protected set; }

    /// <summary>Before a choice's code: the key of its text.</summary>
    public string? Texts { get; protected set; }

    /// <summary>The codes of a choice.</summary>
    public IReadOnlyList<string> Codes { get; protected set; } = [];

    /// <summary>Where it is looked up as one types.</summary>
    public string? Lookup { get; protected set; }

    /// <summary>Names what it refers to.</summary>
    public NamesOf? Names { get; protected set; }

    /// <summary>Of what kind the badge is that a value stands in; null where it stands in none.</summary>
    public Func<object, string?>? Badge { get; protected set; }

    /// <summary>The page of what it refers to.</summary>
    public Func<long, string>? Href { get; protected set; }

    /// <summary>Says a stored code in words, where that is no plain choice.</summary>
    public Func<string, string?>? Words { get; protected set; }

    /// <summary>A figure, right-aligned.</summary>
    public bool IsFigure => Kind is FieldKind.Number or FieldKind.Money or FieldKind.Weight or FieldKind.Percent;

    /// <summary>What it is called, with its unit.</summary>
    public string Label => Kind switch { FieldKind.Money => $"{Name} ({Figures.Unit})", FieldKind.Weight => $"{Name} (t)", _ => Name };

    /// <summary>What it is called in a filter, where money is always yuan.</summary>
    public string FilterLabel => Kind switch { FieldKind.Money => $"{Name} ({Text.Texts.Get("ui.unit_yuan")})", FieldKind.Weight => $"{Name} (t)", _ => Name };

    /// <summary>Whether it holds one of a few values, each with a text.</summary>
    public virtual bool IsChosen => Kind == FieldKind.Choice;

    /// <summary>The options of a choice.</summary>
    public virtual IEnumerable<(string Value, string Text)> Options => Kind == FieldKind.Flag
        ? [("true", Text.Texts.Get("ui.yes")), ("false", Text.Texts.Get("ui.no"))]
        : Codes.Select(c => (c, Text.Texts.Get($"{Texts}.{c}")));

    /// <summary>The option by which a filter asks for rows without a value, where no cell holds it.</summary>
    public string? UnknownAs { get; protected set; }

    /// <summary>The options that a cell can hold.</summary>
    public IEnumerable<(string Value, string Text)> Held => Options.Where(o => o.Value != UnknownAs);

    /// <summary>What a filter offers of a field whose cells hold several at once, and so are typed; empty for any other.</summary>
    public virtual IEnumerable<(string Value, string Text)> Offered => [];

    /// <summary>Says a stored value as one would type it, where it is stored in a way of its own.</summary>
    protected Func<object?, string>? Typing { get; set; }

    /// <summary>A stored value as one would type it.</summary>
    public string Typed(object? value) => Typing?.Invoke(value) ?? TypedValue.Of(value);

    /// <summary>A stored value as people read it; null where there is none.</summary>
    public string? Say(object? value, IReadOnlyDictionary<long, string>? names = null) => value switch
    {
        null or "" => null,
        _ when Saying is not null => Saying(value, names),
        long key when Kind == FieldKind.Reference => names?.GetValueOrDefault(key) ?? "—",
        long fen when Kind == FieldKind.Money => IsChange ? Figures.Change(fen) : Figures.Money(fen),
        long kg when Kind == FieldKind.Weight => Figures.Tonnes(kg),
        int percent when Kind == FieldKind.Percent => $"{percent} %",
        IFormattable number when Kind == FieldKind.Number => number.ToString("#,0.##", System.Globalization.CultureInfo.CurrentCulture),
        DateTime at => Figures.Time(at),
        DateOnly day => Figures.Date(day),
        bool yes => Text.Texts.Get(yes ? "ui.yes" : "ui.no"),
        Enum code => Text.Texts.Get($"{Texts}.{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(code.ToString())}"),
        string text => Words is not null ? Words(text) : Texts is not null ? Text.Texts.Find($"{Texts}.{text}") ?? text : text,
        _ => value.ToString(),
    };

    /// <summary>A filter's value as people read it.</summary>
    public string SayAsked(string value) => value.Length == 0 ? Empty
        : IsFigure && !IsHidden && ValueRange.TryNumber(Kind, value, out var number) ? $"{number.ToString("#,0.######", System.Globalization.CultureInfo.CurrentCulture)}{(Kind == FieldKind.Percent ? " %" : null)}"
        : Options.Concat(Offered).FirstOrDefault(o => string.Equals(o.Value, value, StringComparison.OrdinalIgnoreCase)).Text is { } option ? option
        : Kind is FieldKind.Date or FieldKind.Instant && Text.Texts.Find($"list.span.{value}") is { } span ? span
        : Words?.Invoke(value) ?? value;

    /// <summary>As the other, of a work on many rows: an amount that says its unit is told in yuan, whichever unit its reader has.</summary>
    public string SayWorked(string value) =>
        Kind == FieldKind.Money && Kernel.TypedNumber.TryRead(value, Kernel.TypedNumber.Yuan, out var amount, out var saysUnit) && saysUnit ? Text.Texts.Get("list.work_yuan", amount.ToString("#,0.##", System.Globalization.CultureInfo.CurrentCulture)) : SayAsked(value);
}

/// <summary>One row of a page: its id, its key in the order that holds, and the cells asked for.</summary>
public sealed record Line(long Id, object? Key, object?[] Cells);
