using System.Text;

namespace RailCrm.Modules.Waybills;

/// <summary>A waybill's number as it is compared with another.</summary>
/// <param name="Plain">Its letters and digits, in capitals and of half width.</param>
/// <param name="Letters">What stands before the first digit.</param>
/// <param name="Digits">The rest, without zeros in front.</param>
internal sealed record WaybillNumber(string Plain, string Letters, string Digits)
{
    /// <summary>A shorter number behind another prefix is the number of many.</summary>
    private const int Shortest = 5;

    public static WaybillNumber Of(string number)
    {
        var plain = new string([.. number.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsLetterOrDigit)]);
        var letters = plain.TakeWhile(c => !char.IsAsciiDigit(c)).Count();
        return new(plain, plain[..letters], plain[letters..].TrimStart('0'));
    }

    /// <summary>One number but for spacing, signs, case, zeros in front and, where it is long enough, the letters before it.</summary>
    public bool Is(WaybillNumber other) => Plain.Length > 0 && (Plain == other.Plain || (Digits.Length > 0 && Digits == other.Digits && (Letters == other.Letters || Digits.Length >= Shortest)));

    /// <summary>As two systems may write one: besides, one of them is the end of the other, which has a prefix of digits.</summary>
    public bool IsLike(WaybillNumber other) => Is(other) || Ends(Plain, other.Digits) || Ends(other.Plain, Digits);

    private static bool Ends(string number, string digits) => digits.Length >= Shortest && number.EndsWith(digits, StringComparison.Ordinal);
}
