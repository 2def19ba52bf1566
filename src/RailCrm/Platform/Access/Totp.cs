using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RailCrm.Platform.Access;

/// <summary>Codes of six digits that change every half minute (RFC 6238 with SHA-1, which is what every authenticator app takes).</summary>
internal static class Totp
{
    /// <summary>Bytes of a secret: what RFC 4226 recommends.</summary>
    public const int SecretLength = 20;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Seconds = 30;

    /// <summary>The half minute of an instant.</summary>
    public static long StepOf(DateTime utc) => (long)(utc - DateTime.UnixEpoch).TotalSeconds / Seconds;

    /// <summary>The code of a half minute.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The standard's own; it is a keyed hash, which the weakness of SHA-1 does not touch.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }

    /// <summary>The half minute of which a code is, one to either side of now allowed for clocks that differ; null where it is none of them. All are compared, so that time tells nothing.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTime utc)
    {
        long? found = null;
        for (var step = StepOf(utc) - 1; step <= StepOf(utc) + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), Encoding.UTF8.GetBytes(code)))
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>As it is typed into an app.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var (text, held, bits) = (new StringBuilder(), 0, 0);
        foreach (var b in bytes)
        {
            (held, bits) = ((held << 8) | b, bits + 8);
            while (bits >= 5)
            {
                text.Append(Alphabet[(held >> (bits - 5)) & 31]);
                bits -= 5;
            }

            held &= (1 << bits) - 1;
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(held << (5 - bits)) & 31]).ToString();
    }

    /// <summary>What the picture says to an app.</summary>
    public static string Address(ReadOnlySpan<byte> secret, string user) => $"otpauth://totp/RailCRM:{Uri.EscapeDataString(user)}?secret={Base32(secret)}&issuer=RailCRM";
}
