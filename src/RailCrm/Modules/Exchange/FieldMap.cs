using System.Text;
using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>The column, or columns joined by a dash, that fill one field.</summary>
internal sealed class Filling(int[] columns, string header)
{
    /// <summary>The places of its columns.</summary>
    public int[] Columns => columns;

    /// <summary>Yuan per one, by the unit in the header.</summary>
    public decimal Yuan { get; } = CellText.YuanOf(header);

    /// <summary>Kilograms per one, by the unit in the header.</summary>
    public decimal Kg { get; } = CellText.KgOf(header);

    /// <summary>The text in normal form; null where it, or one of several columns, is empty.</summary>
    public string? Clean(TableRow row)
    {
        if (columns is [var one])
        {
            return CellText.Clean(row.Cell(one));
        }

        var joined = new StringBuilder();
        foreach (var column in columns)
        {
            if (CellText.Clean(row.Cell(column)) is not { } part)
            {
                return null;
            }

            joined.Append(joined.Length > 0 ? "-" : "").Append(part);
        }

        return joined.ToString();
    }

    /// <summary>The text as it was written; null where it is empty.</summary>
    public string? Written(TableRow row) => columns is [var one] ? CellText.Written(row.Cell(one)) : Clean(row);
}

/// <summary>Which columns fill which field; several columns are joined by a dash.</summary>
internal sealed class FieldMap
{
    private static readonly string[] HeaderUnits = ["_fen", "_yuan", "_kg", "_t", "Fen", "Yuan", "Kg", "Tonnes"];

    private readonly Dictionary<string, Filling> _fields = [];

    /// <summary>Field → column headers, in their order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Headers { get; }

    /// <summary>Reasons that the file has no column for: each stands behind the file's own columns, always in the same place, and is written in the review alone.</summary>
    public IReadOnlyList<(string Field, int Column)> Beside { get; }

    private FieldMap(ImportKind kind, IReadOnlyList<string> columns, IReadOnlyDictionary<string, IReadOnlyList<string>> headers)
    {
        Headers = headers;
        Beside = [.. kind.Fields.Where(f => f.IsReason).Select((f, i) => (f.Name, columns.Count + i)).Where(f => !headers.ContainsKey(f.Name))];
        foreach (var (field, column) in Beside)
        {
            _fields[field] = new([column], "");
        }

        var places = columns.Select((c, i) => (c, i)).ToDictionary(c => c.c, c => c.i);
        foreach (var (field, names) in headers)
        {
            _fields[field] = new([.. names.Select(n => places[n])], string.Join(' ', names));
        }
    }

    /// <summary>Checks what a user chose against the columns there are.</summary>
    /// <param name="kind">What the file holds.</param>
    /// <param name="columns">The file's headers.</param>
    /// <param name="chosen">Field → column, or columns joined by +; empty where no column is to fill it.</param>
    public static Result<FieldMap> Of(ImportKind kind, IReadOnlyList<string> columns, IReadOnlyDictionary<string, string> chosen)
    {
        var errors = new List<FieldError>();
        var headers = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (field, text) in chosen)
        {
            if (kind.Fields.All(f => f.Name != field))
            {
                errors.Add(new(field, "import.field_unknown", field, string.Join(", ", kind.Fields.Select(f => f.Name))));
                continue;
            }

            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var names = Columns(columns, text, out var unknown);
            if (unknown is not null)
            {
                errors.Add(new(field, "import.column_unknown", unknown, string.Join(", ", columns)));
                continue;
            }

            headers[field] = names;
        }

        errors.AddRange(kind.Fields.Where(f => f.Required && !headers.ContainsKey(f.Name) && errors.All(e => e.Field != f.Name))
            .Select(f => new FieldError(f.Name, "import.field_missing", f.Label, string.Join(", ", columns))));
        return errors.Count > 0 ? new Refusal.InvalidMany(errors) : new FieldMap(kind, columns, headers);
    }

    /// <summary>The columns a text names; a column may itself have a plus in its name.</summary>
    private static List<string> Columns(IReadOnlyList<string> columns, string text, out string? unknown)
    {
        string? Find(string name) => CellText.Clean(name) is { } clean ? columns.FirstOrDefault(c => c == clean) ?? columns.FirstOrDefault(c => string.Equals(c, clean, StringComparison.OrdinalIgnoreCase)) : null;
        unknown = null;
        if (Find(text) is { } whole)
        {
            return [whole];
        }

        var found = new List<string>();
        foreach (var name in text.Split('+', StringSplitOptions.TrimEntries))
        {
            if (Find(name) is not { } column)
            {
                unknown = name;
                return [];
            }

            found.Add(column);
        }

        return found;
    }

    /// <summary>The columns that a mapping names.</summary>
    public static HashSet<string> Used(IReadOnlyList<string> columns, IReadOnlyDictionary<string, string> chosen) =>
        chosen.Values.Where(v => !string.IsNullOrWhiteSpace(v)).SelectMany(v => Columns(columns, v, out _)).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a user chose, and for the fields nothing was said of, what the headers suggest.</summary>
    public static Dictionary<string, string> Complete(ImportKind kind, IReadOnlyList<string> columns, IReadOnlyDictionary<string, string> chosen)
    {
        var complete = new Dictionary<string, string>(chosen);
        var used = Used(columns, chosen);
        foreach (var (field, column) in Guess(kind, [.. columns.Where(c => !used.Contains(c))]))
        {
            complete.TryAdd(field, column);
        }

        return complete;
    }

    /// <summary>What the headers suggest: a field's own name or one of its synonyms, with or without a unit in brackets; each column once. Who made a record is for a person to decide.</summary>
    public static Dictionary<string, string> Guess(ImportKind kind, IReadOnlyList<string> columns)
    {
        var byName = new Dictionary<string, string>();
        foreach (var column in columns)
        {
            byName.TryAdd(Plain(column), column);
        }

        foreach (var column in columns)
        {
            byName.TryAdd(Plain(WithoutUnit(column)), column);
        }

        var guessed = new Dictionary<string, string>();
        var taken = new HashSet<string>();
        foreach (var field in kind.Fields.Where(f => !f.IsOrigin))
        {
            if (field.Names.Select(n => byName.GetValueOrDefault(n)).FirstOrDefault(c => c is not null && !taken.Contains(c)) is { } column)
            {
                guessed[field.Name] = column;
                taken.Add(column);
            }
        }

        return guessed;
    }

    /// <summary>The places of the columns that fill the field an error speaks of.</summary>
    public int[] ColumnsOf(string errorField) => _fields.TryGetValue(RejectedFile.FieldName(errorField), out var filling) ? filling.Columns : [];

    /// <summary>What fills a field; null where nothing does.</summary>
    public Filling? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>The text of a field in a row, in normal form; null where it is empty or not filled.</summary>
    public string? Clean(TableRow row, string field) => this[field]?.Clean(row);

    /// <summary>The text of a field in a row as it was written; null where it is empty or not filled.</summary>
    public string? Written(TableRow row, string field) => this[field]?.Written(row);

    /// <summary>A header as names are compared by: letters and digits only.</summary>
    internal static string Plain(string header) =>
        new([.. (CellText.Clean(header) ?? "").ToLowerInvariant().Where(char.IsLetterOrDigit)]);

    internal static string WithoutUnit(string header)
    {
        var text = CellText.Clean(header) ?? "";
        var bracket = text.IndexOfAny(['(', '[', '【', '/']);
        text = bracket > 0 ? text[..bracket] : text;
        foreach (var unit in HeaderUnits)
        {
            text = text.EndsWith(unit, StringComparison.Ordinal) ? text[..^unit.Length] : text;
        }

        return text;
    }
}
