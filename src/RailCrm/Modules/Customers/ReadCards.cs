using System.Text;
using RailCrm.Kernel;

namespace RailCrm.Modules.Customers;

/// <summary>Reads vCards 4.0 (RFC 6350) and 3.0 (RFC 2426), as phones and mail programs write them: names, titles, numbers, mails, WeChat and birthdays; anything else is left. No database here.</summary>
internal static class ReadCards
{
    static ReadCards() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Cards of one file.</summary>
    public const int Most = 200;

    /// <summary>Longest file, in bytes: photos are written into it.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>A card.</summary>
    /// <param name="Said">What it says of a contact.</param>
    /// <param name="Company">The company that it names.</param>
    public sealed record Card(SaveContact.Input Said, string? Company);

    /// <summary>The text of a file: UTF-8 where all of it is, else GB18030, as older phones write.</summary>
    public static string Text(byte[] file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return Encoding.GetEncoding("GB18030").GetString(file);
        }
    }

    /// <summary>All cards of a file, at most one beyond <see cref="Most"/>.</summary>
    public static IReadOnlyList<Card> Of(string text)
    {
        var (cards, lines) = (new List<Card>(), (List<Line>?)null);
        foreach (var raw in Unfolded(text))
        {
            if (Line.Of(raw) is not { } line)
            {
                continue;
            }

            if (line.Name == "BEGIN" && line.Value.Equals("VCARD", StringComparison.OrdinalIgnoreCase))
            {
                lines = [];
            }
            else if (line.Name == "END" && lines is not null)
            {
                cards.Add(Written(lines));
                lines = null;
                if (cards.Count > Most)
                {
                    break;
                }
            }
            else
            {
                lines?.Add(line);
            }
        }

        return cards;
    }

    private static Card Written(List<Line> lines)
    {
        string? First(string name) => lines.Find(l => l.Name == name && l.Value.Length > 0) is { } line ? PlainText.Trimmed(Plain(line.Value)) : null;
        var name = First("FN") ?? (lines.Find(l => l.Name == "N") is { } parts ? PlainText.Trimmed(string.Concat(Parts(parts.Value).Take(2))) : null);
        var said = new SaveContact.Input { Name = name ?? "", Title = First("TITLE") ?? First("ROLE") };
        foreach (var line in lines.Where(l => l.Name == "TEL" && !l.Has("FAX")).OrderBy(l => l.Has("PREF") ? 0 : 1))
        {
            var number = PlainText.Trimmed(Plain(line.Value.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(line.Value[4..]) : line.Value));
            var mobile = line.Has("CELL") || (PhoneNumber.Digits(number) is { Length: 11 or 13 } digits && digits[^11] == '1');
            if (number is null || new[] { said.Mobile, said.Mobile2, said.Phone, said.Phone2 }.Any(known => known is not null && PhoneNumber.Digits(known) == PhoneNumber.Digits(number)))
            {
                continue;
            }

            if (mobile)
            {
                (said.Mobile, said.Mobile2) = said.Mobile is null ? (number, null) : (said.Mobile, said.Mobile2 ?? number);
            }
            else
            {
                (said.Phone, said.Phone2) = said.Phone is null ? (number, null) : (said.Phone, said.Phone2 ?? number);
            }
        }

        var mails = lines.Where(l => l.Name == "EMAIL").OrderBy(l => l.Has("PREF") ? 0 : 1).Select(l => PlainText.Trimmed(Plain(l.Value))).OfType<string>().Distinct().ToList();
        (said.Email, said.Email2) = (mails.ElementAtOrDefault(0), mails.ElementAtOrDefault(1));
        said.WeChat = lines.Where(l => l.Name == "IMPP").Select(l => l.Value).FirstOrDefault(v => v.StartsWith("weixin:", StringComparison.OrdinalIgnoreCase) || v.StartsWith("wechat:", StringComparison.OrdinalIgnoreCase)) is { } chat ? PlainText.Trimmed(Uri.UnescapeDataString(chat[7..])) : null;
        var born = First("BDAY")?.Split('T')[0];
        born = born?.StartsWith("--", StringComparison.Ordinal) == true && born.Replace("-", "", StringComparison.Ordinal) is { Length: 4 } day ? $"{day[..2]}-{day[2..]}" : born;
        born = born?.StartsWith("1604-", StringComparison.Ordinal) == true ? born[5..] : born; // So some phones write a birthday without its year.
        said.Birthday = Birthday.TryRead(born, false, out var birthday) ? birthday.ToString() : null;
        return new(said, lines.Find(l => l.Name == "ORG") is { } org ? PlainText.Trimmed(Parts(org.Value).FirstOrDefault()) : null);
    }

    /// <summary>One line of a card.</summary>
    private sealed record Line(string Name, string Parameters, string Value)
    {
        public static Line? Of(string raw)
        {
            var (quoted, colon) = (false, -1);
            for (var i = 0; i < raw.Length && colon < 0; i++)
            {
                quoted ^= raw[i] == '"';
                colon = raw[i] == ':' && !quoted ? i : -1;
            }

            if (colon < 1)
            {
                return null;
            }

            var head = raw[..colon].ToUpperInvariant();
            var (name, parameters) = head.Split(';', 2) is [var first, var rest] ? (first, rest) : (head, "");
            var value = raw[(colon + 1)..].Trim();
            return new(name[(name.LastIndexOf('.') + 1)..], parameters, IsQuoted(head) ? Unquoted(value, head.Contains("CHARSET=GB", StringComparison.Ordinal) ? "GB18030" : "UTF-8") : value); // A group such as item1. stands before the name.
        }

        /// <summary>Whether vCard 2.1 wrote it in signs of mail (RFC 2045, 6.7).</summary>
        public static bool IsQuoted(string head) => head.Contains("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase);

        private static string Unquoted(string value, string charset)
        {
            var bytes = new List<byte>(value.Length);
            for (var i = 0; i < value.Length; i++)
            {
                if (value[i] == '=' && i + 2 < value.Length && byte.TryParse(value.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var one))
                {
                    bytes.Add(one);
                    i += 2;
                }
                else
                {
                    bytes.AddRange(Encoding.GetEncoding(charset).GetBytes(value, i, 1));
                }
            }

            return Encoding.GetEncoding(charset).GetString([.. bytes]);
        }

        public bool Has(string type) => Parameters.Split(';', ',', '=', '"').Contains(type);
    }

    /// <summary>Lines put together again that were folded.</summary>
    private static IEnumerable<string> Unfolded(string text)
    {
        var line = new StringBuilder();
        foreach (var raw in text.Split('\n'))
        {
            var one = raw.TrimEnd('\r');
            if (line.Length > 0 && line[^1] == '=' && line.ToString() is var begun && begun.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && Line.IsQuoted(begun[..colon]))
            {
                line.Remove(line.Length - 1, 1).Append(one); // A soft end of line.
                continue;
            }

            if (one.Length > 0 && one[0] is ' ' or '\t')
            {
                line.Append(one, 1, one.Length - 1);
                continue;
            }

            yield return line.ToString();
            line.Clear().Append(one);
        }

        yield return line.ToString();
    }

    private static string Plain(string value) => string.Join(",", Cut(value, null));

    private static List<string> Parts(string value) => Cut(value, ';');

    /// <summary>A value without its escapes, cut at a sign that is not escaped.</summary>
    private static List<string> Cut(string value, char? at)
    {
        var (parts, part) = (new List<string>(), new StringBuilder());
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
            {
                i++;
                part.Append(value[i] is 'n' or 'N' ? ' ' : value[i]);
            }
            else if (value[i] == at)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(value[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
