using System.Security.Cryptography;

namespace RailCrm.Platform.Access;

/// <summary>The one-time code that guards the set-up page of an empty database: made at start, printed on the console, never stored.</summary>
public sealed class SetUpCode
{
    /// <summary>Twelve letters and digits that cannot be mistaken for one another, in groups of four.</summary>
    public string Value { get; } = string.Join('-', RandomNumberGenerator.GetString("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 12).Chunk(4).Select(c => new string(c)));

    /// <summary>Whether this is the code; compared in constant time.</summary>
    public bool Matches(string? code) => CryptographicOperations.FixedTimeEquals(
        System.Text.Encoding.UTF8.GetBytes((code ?? "").Trim().ToUpperInvariant()), System.Text.Encoding.UTF8.GetBytes(Value));
}
