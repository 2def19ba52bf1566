using System.Text;

namespace RailCrm.Kernel;

/// <summary>What is to be thought of a credit code as typed.</summary>
public enum CreditCodeCheck
{
    /// <summary>Format, check digit and organisation code are right.</summary>
    Valid,

    /// <summary>The check digit fails, the organisation code within passes: some such codes are registered, so it is taken with a reason.</summary>
    CheckDigitFails,

    /// <summary>Both fail: a supervisor must confirm it.</summary>
    BothFail,

    /// <summary>Not eighteen of the permitted characters: refused.</summary>
    WrongFormat,
}

/// <summary>Unified social credit code (统一社会信用代码), GB 32100-2015: 18 characters, the 9th to 17th an organisation code of GB 11714.</summary>
public static class UnifiedSocialCreditCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static readonly int[] Weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    private static readonly int[] OrganisationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>As stored: full-width made half-width, without spaces, in capitals.</summary>
    public static string Normalise(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        return new([.. typed.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c)).Select(char.ToUpperInvariant)]);
    }

    /// <summary>Checks a normalised code three ways: format, check digit, organisation code.</summary>
    public static CreditCodeCheck Check(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code.Length != 18 || code.Any(c => !Alphabet.Contains(c, StringComparison.Ordinal)))
        {
            return CreditCodeCheck.WrongFormat;
        }

        return (code[17] == CheckDigit(code[..17]), code[16] == OrganisationCheckDigit(code[8..16])) switch
        {
            (true, _) => CreditCodeCheck.Valid,
            (false, true) => CreditCodeCheck.CheckDigitFails,
            (false, false) => CreditCodeCheck.BothFail,
        };
    }

    /// <summary>The 18th character: (31 − Σ value × 3^i mod 31) mod 31.</summary>
    public static char CheckDigit(string first17)
    {
        ArgumentNullException.ThrowIfNull(first17);
        var sum = first17.Select((c, i) => Alphabet.IndexOf(c, StringComparison.Ordinal) * Weights[i]).Sum();
        return Alphabet[(31 - (sum % 31)) % 31];
    }

    /// <summary>The last of an organisation code (GB 11714): 11 − Σ mod 11, with 10 written X and 11 written 0.</summary>
    public static char OrganisationCheckDigit(string first8)
    {
        ArgumentNullException.ThrowIfNull(first8);
        var sum = first8.Select((c, i) => (char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10) * OrganisationWeights[i]).Sum();
        return (11 - (sum % 11)) switch { 10 => 'X', 11 => '0', var n => (char)('0' + n) };
    }
}
