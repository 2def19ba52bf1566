namespace RailCrm.Platform.Access;

/// <summary>Says a value so that whoever knows it recognises it, and nobody learns it.</summary>
public static class Mask
{
    /// <summary>What stands for the part that is not told; always as long, so that it tells no length either.</summary>
    public const string Stars = "****";

    /// <summary>A phone number: 138****5678. Of a short one the last two digits alone.</summary>
    public static string? Phone(string? value) => Ends(value, 3, 4);

    /// <summary>An account at a bank: its first four and last four digits.</summary>
    public static string? Account(string? value) => Ends(value, 4, 4);

    /// <summary>An e-mail address: its first letter and the domain.</summary>
    public static string? Email(string? value) =>
        string.IsNullOrWhiteSpace(value) ? value : value.LastIndexOf('@') is var at && at > 0 ? $"{First(value)}{Stars}{value[at..]}" : Stars;

    /// <summary>Any other text: nothing but that there is one.</summary>
    public static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? value : Stars;

    private static string? Ends(string? value, int first, int last)
    {
        var text = value?.Trim();
        return string.IsNullOrEmpty(text) ? value
            : text.Length > first + last ? $"{text[..first]}{Stars}{text[^last..]}"
            : text.Length > last ? Stars + text[^2..] : Stars;
    }

    private static string First(string value) => char.IsHighSurrogate(value[0]) && value.Length > 1 ? value[..2] : value[..1];
}
