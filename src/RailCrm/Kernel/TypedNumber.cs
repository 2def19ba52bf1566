using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RailCrm.Kernel;

/// <summary>A number as people type it: 1200, 1,200, 1.2万, 50万元, 3亿, 50k, 1.2M; of full width too.</summary>
public static partial class TypedNumber
{
    /// <summary>What may stand behind an amount of money; before it, ¥.</summary>
    public static readonly IReadOnlyList<string> Yuan = ["元", "yuan", "CNY"];

    /// <summary>What may stand behind a weight in tonnes.</summary>
    public static readonly IReadOnlyList<string> Tonnes = ["吨", "t"];

    /// <summary>What may stand behind a percentage.</summary>
    public static readonly IReadOnlyList<string> Percent = ["%"];

    /// <summary>The longest that ends a text stands before those that end it too.</summary>
    private static readonly (string Word, decimal Times)[] Multiples =
        [("万亿", 1_000_000_000_000), ("千万", 10_000_000), ("百万", 1_000_000), ("亿", 100_000_000), ("万", 10_000), ("千", 1_000), ("k", 1_000), ("m", 1_000_000)];

    /// <summary>Far beyond anything that is stored, and times the largest multiple still a decimal.</summary>
    private const decimal Most = 1_000_000_000_000_000;

    /// <summary>Reads it; false where it is none, such as 12,34, of which nobody knows whether it means 1234 or 12.34.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="units">What may stand behind it without changing it.</param>
    /// <param name="number">The number, in that unit.</param>
    public static bool TryRead(string? typed, IReadOnlyList<string> units, out decimal number) => TryRead(typed, units, out number, out _);

    /// <inheritdoc cref="TryRead(string?, IReadOnlyList{string}, out decimal)"/>
    /// <param name="saysUnit">Whether it says by itself what it counts in, as 50万 and 50元 do.</param>
    public static bool TryRead(string? typed, IReadOnlyList<string> units, out decimal number, out bool saysUnit)
    {
        ArgumentNullException.ThrowIfNull(units);
        (number, saysUnit) = (0, false);
        if (typed is null || !PlainText.IsStorable(typed))
        {
            return false;
        }

        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        text = ReferenceEquals(units, Yuan) && text.StartsWith('¥') ? text[1..].TrimStart() : text;
        var bare = Without(text, units.FirstOrDefault(u => text.EndsWith(u, StringComparison.OrdinalIgnoreCase)));
        var (word, times) = Array.Find(Multiples, m => bare.EndsWith(m.Word, StringComparison.OrdinalIgnoreCase));
        var digits = Without(bare, word);
        if (!Shape().IsMatch(digits) || !decimal.TryParse(digits.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var said) || Math.Abs(said) > Most)
        {
            return false;
        }

        (number, saysUnit) = (said * (word is null ? 1 : times), digits.Length < text.Length);
        return true;
    }

    private static string Without(string text, string? end) => end is null ? text : text[..^end.Length].TrimEnd();

    [GeneratedRegex(@"^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)?(\.[0-9]+)?$")]
    private static partial Regex Shape();
}
