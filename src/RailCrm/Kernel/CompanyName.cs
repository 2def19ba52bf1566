using System.Text;
using System.Text.RegularExpressions;

namespace RailCrm.Kernel;

/// <summary>A company's name as duplicates are told by: without legal form, spaces, punctuation, width or case.</summary>
public static partial class CompanyName
{
    /// <summary>The normalised name; a name that is nothing but a legal form stays as it is.</summary>
    public static string Normalised(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var letters = new string([.. name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]);
        var core = LegalForm().Replace(letters, "");
        return core.Length == 0 ? letters : core;
    }

    [GeneratedRegex("股份有限公司|有限责任公司|有限公司|股份公司|股份|集团公司|集团|公司|coltd$|companylimited$|limited$|ltd$|inc$", RegexOptions.CultureInvariant)]
    private static partial Regex LegalForm();
}

/// <summary>Text as it may be stored.</summary>
public static class PlainText
{
    /// <summary>Half-width where Chinese input left full-width letters, without outer spaces.</summary>
    public static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>Whether every store can keep it and every page show it: no NUL (PostgreSQL refuses it), no lone surrogate, no control but line breaks and tab.</summary>
    public static bool IsStorable(string? text)
    {
        if (text is null)
        {
            return true;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i]))
                {
                    return false;
                }
            }
            else if (char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Only the digits, full-width ones included; null where there are none.</summary>
    public static string? Digits(string? text)
    {
        var digits = new string([.. (text ?? "").Normalize(NormalizationForm.FormKC).Where(char.IsAsciiDigit)]);
        return digits.Length == 0 ? null : digits;
    }
}

/// <summary>Growth against an earlier period.</summary>
public static class Growth
{
    /// <summary>(this − last) ÷ |last|, so that the sign is right on losses; null where last is 0.</summary>
    public static decimal? Rate(long last, long current) => last == 0 ? null : (current - (decimal)last) / Math.Abs((decimal)last);
}
