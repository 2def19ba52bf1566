namespace RailCrm.Kernel;

/// <summary>Telephone numbers as they are compared: 86-138-1234-5678, 0086 13812345678 and １３８ １２３４ ５６７８ are one.</summary>
public static class PhoneNumber
{
    /// <summary>Only the digits, without China's country code; null where there are none.</summary>
    public static string? Digits(string? typed)
    {
        if (PlainText.Digits(typed) is not { } digits)
        {
            return null;
        }

        var local = digits.StartsWith("0086", StringComparison.Ordinal) ? digits[4..] : digits.StartsWith("86", StringComparison.Ordinal) && digits.Length >= 12 ? digits[2..] : digits;
        // Written with the country code, a landline loses the 0 of its area code: +86 10 6000 0000.
        return local.Length < digits.Length && local.Length is >= 9 and <= 11 && local is not ['1', >= '3', _, _, _, _, _, _, _, _, _] and not ['0', ..] ? "0" + local : local.Length == 0 ? digits : local;
    }
}
