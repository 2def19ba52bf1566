using System.Globalization;
using System.Text.RegularExpressions;
using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Customers;

/// <summary>The lists of a customer, each in one cell, as the export writes them and the import reads them: 张三 60% 自然人; 李四 40%.</summary>
/// <remarks>A text that could be taken for anything else is written in quotes, so that reading gives exactly what was written.</remarks>
internal static partial class CustomerCells
{
    private const string BetweenRows = ";；、\n\r";
    private const string Commas = ",，";

    private static readonly string[] Days = ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyyMMdd", "yyyy年M月d日"];

    /// <summary>张三 60% 自然人; 李四 40%.</summary>
    public static string? Of(IEnumerable<ShareholderRow> rows) => Rows(rows.Select(r => $"{Text(r.Name)} {Number(r.SharePercent)}%{(r.Kind is null ? "" : $" {Text(r.Kind)}")}"));

    /// <summary>高桥镇 400000 吨; 丰台西.</summary>
    public static string? Of(IEnumerable<StationRow> rows) => Rows(rows.Select(r => r.YearlyTonnes is { } tonnes ? $"{Text(r.Station)} {Number(tonnes)} {Word("tonnes")}" : Text(r.Station)));

    /// <summary>热轧卷板, 年产 900000 吨, 库存 12000 吨, 2026-03-01.</summary>
    public static string? Of(IEnumerable<ProductRow> rows) => Rows(rows.Select(r => Parts(
        Text(r.Name), Labelled("output", r.AnnualOutput, r.Unit), Labelled("stock", r.StockOnHand, r.Unit),
        r is { AnnualOutput: null, StockOnHand: null, Unit: { } unit } ? $"{Word("unit")} {Text(unit)}" : null, CustomerText.Day(r.AsOf))));

    /// <summary>钢厂专用线@高桥镇, 产权 钢厂, 1850 m, 4 股, 60 车/日, 2027-12-31.</summary>
    public static string? Of(IEnumerable<SidingRow> rows) => Rows(rows.Select(r => Parts(
        $"{Text(r.Name)}{Lookups.At}{Text(r.ConnectionStation)}", r.Owner is null ? null : $"{Word("owner")} {Text(r.Owner)}", r.LengthMetres is { } m ? $"{Number(m)} m" : null,
        r.Tracks is { } t ? $"{Number(t)} {Word("tracks")}" : null, r.WagonsPerDay is { } w ? $"{Number(w)} {Word("wagons")}" : null, CustomerText.Day(r.AgreementExpiresOn))));

    /// <summary>Shareholders; a share may stand without its %, a kind in brackets. Null where <paramref name="wrong"/> could not be understood.</summary>
    public static List<ShareholderRow>? Shareholders(string cell, out string? wrong) => Each(cell, BetweenRows + Commas, out wrong, (row, quotes) =>
    {
        var match = Share().Match(row);
        match = match.Success ? match : ShareWithoutSign().Match(row);
        if (!match.Success)
        {
            return new ShareholderRow { Name = quotes.Shown(row) }; // The rule that asks for a share says what is missing.
        }

        var kind = match.Groups["kind"].Value.Trim();
        kind = kind is ['(' or '（', .., ')' or '）'] ? kind[1..^1] : kind;
        return Decimal(match.Groups["share"].Value) is { } share
            ? new() { Name = quotes.Shown(match.Groups["name"].Value), SharePercent = share, Kind = quotes.Shown(kind) is { Length: > 0 } said ? said : null }
            : null;
    });

    /// <summary>Main stations of one role, with tonnes a year where they are given.</summary>
    public static List<StationRow>? Stations(string cell, StationRole role, out string? wrong) => Each(cell, BetweenRows + Commas, out wrong, (row, quotes) =>
    {
        if (Tonnes().Match(row) is not { Success: true } match)
        {
            return new StationRow { Role = role, Station = quotes.Shown(row) };
        }

        var (number, unit) = match.Groups["n"].Success ? (match.Groups["n"].Value, match.Groups["unit"].Value) : (match.Groups["n2"].Value, match.Groups["unit2"].Value);
        return Whole(number, unit.StartsWith('万') ? 10_000 : 1) is { } tonnes ? new() { Role = role, Station = quotes.Shown(match.Groups["name"].Value), YearlyTonnes = tonnes } : null;
    });

    /// <summary>Products: the name, then in any order output, stock, unit and the day they are of.</summary>
    public static List<ProductRow>? Products(string cell, out string? wrong) => Each(cell, BetweenRows, out wrong, (row, quotes) =>
    {
        var parts = Split(row, Commas);
        var product = new ProductRow();
        if (NameAndNumber().Match(parts[0]) is { Success: true } match)
        {
            product.Name = quotes.Shown(match.Groups["name"].Value);
            parts[0] = Word("output") + parts[0][match.Groups["name"].Length..];
        }
        else
        {
            product.Name = quotes.Shown(parts[0]);
            parts.RemoveAt(0);
        }

        return parts.TrueForAll(part => Told(part, product, quotes)) ? product : null;
    });

    /// <summary>Sidings: name@station, or the name alone; then in any order the owner, length, tracks, wagons a day and the end of the agreement.</summary>
    public static List<SidingRow>? Sidings(string cell, out string? wrong) => Each(cell, BetweenRows, out wrong, (row, quotes) =>
    {
        var parts = Split(row, Commas);
        var name = parts[0].Split(Lookups.At, '＠');
        if (name.Length > 2)
        {
            return null;
        }

        var siding = new SidingRow { Name = quotes.Shown(name[0]), ConnectionStation = name.Length == 2 ? quotes.Shown(name[1]) : null };
        return parts.Skip(1).All(part => Told(part, siding, quotes)) ? siding : null;
    });

    /// <summary>Takes one part of a product; false where it says nothing of one, or something else than another part.</summary>
    private static bool Told(string part, ProductRow product, QuotedTexts quotes)
    {
        if (Day(part) is { } day)
        {
            product.AsOf = day;
            return true;
        }

        if (After("unit", part) is { } unit)
        {
            return SetUnit(quotes.Shown(unit));
        }

        var (output, stock) = (After("output", part), After("stock", part));
        if (Quantity().Match(output ?? stock ?? "") is not { Success: true } match || Whole(match.Groups["n"].Value, 1) is not { } number)
        {
            return false;
        }

        _ = output is not null ? product.AnnualOutput = number : product.StockOnHand = number;
        return SetUnit(quotes.Shown(match.Groups["unit"].Value));

        bool SetUnit(string said)
        {
            var same = said.Length == 0 || product.Unit is null || product.Unit == said;
            product.Unit = said.Length > 0 ? said : product.Unit;
            return same;
        }
    }

    private static bool Told(string part, SidingRow siding, QuotedTexts quotes)
    {
        if (Day(part) is { } day)
        {
            siding.AgreementExpiresOn = day;
            return true;
        }

        if (After("owner", part) is { } owner)
        {
            siding.Owner = quotes.Shown(owner);
            return true;
        }

        if (Quantity().Match(part) is not { Success: true } match || Whole(match.Groups["n"].Value, match.Groups["unit"].Value is "公里" or "km" ? 1_000 : 1) is not (>= 0 and <= int.MaxValue and var number))
        {
            return false;
        }

        switch (match.Groups["unit"].Value.Trim())
        {
            case "m" or "米" or "公里" or "km":
                siding.LengthMetres = (int)number;
                return true;
            case "股" or "股道" or "道" or "track" or "tracks":
                siding.Tracks = (int)number;
                return true;
            case "车/日" or "辆/日" or "车" or "辆" or "wagons/day" or "wagons":
                siding.WagonsPerDay = (int)number;
                return true;
            default:
                return false;
        }
    }

    private static List<T>? Each<T>(string cell, string between, out string? wrong, Func<string, QuotedTexts, T?> read) where T : class
    {
        var quotes = new QuotedTexts();
        if (quotes.Hide(cell) is not { } hidden)
        {
            wrong = cell;
            return null;
        }

        var rows = new List<T>();
        foreach (var row in Split(hidden, between))
        {
            if (read(row, quotes) is not { } said)
            {
                wrong = quotes.Shown(row);
                return null;
            }

            rows.Add(said);
        }

        wrong = null;
        return rows;
    }

    /// <summary>The pieces that hold something. A comma between thousands is none: 400,000.</summary>
    private static List<string> Split(string text, string separators)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (separators.Contains(text[i], StringComparison.Ordinal) && !(Commas.Contains(text[i], StringComparison.Ordinal) && Digits(text, i + 1, 1) == 3 && Digits(text, i - 1, -1) is >= 1 and <= 3)))
            {
                if (text[start..i].Trim() is { Length: > 0 } piece)
                {
                    pieces.Add(piece);
                }

                start = i + 1;
            }
        }

        return pieces;
    }

    private static int Digits(string text, int from, int step)
    {
        var count = 0;
        for (var i = from; i >= 0 && i < text.Length && char.IsDigit(text[i]); i += step)
        {
            count++;
        }

        return count;
    }

    /// <summary>What stands behind a word of ours, in either language; null where the part does not begin with it.</summary>
    private static string? After(string word, string part)
    {
        foreach (var name in Texts.Both($"customer.cell.{word}"))
        {
            if (part.StartsWith(name, StringComparison.OrdinalIgnoreCase) && part[name.Length..] is var rest && (!char.IsAsciiLetter(name[^1]) || rest is [not (>= 'a' and <= 'z' or >= 'A' and <= 'Z'), ..]))
            {
                return rest.Trim(' ', ':', '：');
            }
        }

        return null;
    }

    private static string Word(string word) => Texts.Get($"customer.cell.{word}");

    private static string? Labelled(string word, long? number, string? unit) => number is { } n ? $"{Word(word)} {Number(n)}{(unit is null ? "" : $" {Text(unit)}")}" : null;

    private static string? Rows(IEnumerable<string> rows) => string.Join("; ", rows) is { Length: > 0 } cell ? cell : null;

    private static string Parts(params ReadOnlySpan<string?> parts) => string.Join(", ", parts.ToArray().Where(p => p is not null));

    private static string Text(string? text) => Plain().IsMatch(text ?? "") ? text! : $"\"{text?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Number(decimal? number) => number?.ToString("0.##", CultureInfo.InvariantCulture) ?? "";

    private static decimal? Decimal(string text) =>
        decimal.TryParse(text.Normalize(System.Text.NormalizationForm.FormKC).Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Whole(string text, int factor) => Decimal(text) is { } number and < 1_000_000_000_000_000_000m && decimal.IsInteger(number * factor) && number * factor < long.MaxValue ? (long)(number * factor) : null;

    private static DateOnly? Day(string part) =>
        DateOnly.TryParseExact(part.Normalize(System.Text.NormalizationForm.FormKC), Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Needs no quotes: letters, with brackets, spaces and dots between them.</summary>
    [GeneratedRegex(@"^\p{L}([\p{L}·()（）&'\-. ]*[\p{L})）])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(?<name>.*?)[\s:：]+(?<share>[0-9０-９][0-9０-９.．]*)$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex ShareWithoutSign();

    [GeneratedRegex(@"^(?<name>.*?)[\s:：(（]*(?<share>[0-9０-９][0-9０-９.．]*)\s*[%％]\s*[)）]?(?<kind>.*)$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Share();

    [GeneratedRegex(@"^(?<name>.*?)([\s:：(（]+(?<n>[0-9０-９][0-9０-９,，.．]*)\s*(?<unit>万吨|吨|tonnes|t)?|(?<n2>[0-9０-９][0-9０-９,，.．]*)\s*(?<unit2>万吨|吨|tonnes|t))\s*[)）]?$", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Tonnes();

    [GeneratedRegex(@"^(?<name>.*?)[\s:：]+[0-9０-９][0-9０-９,，.．]*\s*[^0-9]*$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex NameAndNumber();

    [GeneratedRegex(@"^(?<n>[0-9０-９][0-9０-９,，.．]*)\s*(?<unit>.*)$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Quantity();
}
