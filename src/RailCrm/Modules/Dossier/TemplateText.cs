using System.Text;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace RailCrm.Modules.Dossier;

/// <summary>The words of a Word document and the placeholders in them. Word cuts a line into runs wherever it likes, so a placeholder is looked for in the paragraph's whole text.</summary>
internal static partial class TemplateText
{
    /// <summary>A placeholder found in a paragraph.</summary>
    /// <param name="Name">What stands between the braces.</param>
    /// <param name="Start">Where it begins in the paragraph's text.</param>
    /// <param name="Length">How long it is, braces and all.</param>
    public readonly record struct Placeholder(string Name, int Start, int Length);

    /// <summary>All that prints: the document, headers, footers and notes.</summary>
    public static IEnumerable<OpenXmlPartRootElement> Roots(WordprocessingDocument document)
    {
        var main = document.MainDocumentPart!;
        return new OpenXmlPartRootElement?[] { main.Document, main.FootnotesPart?.Footnotes, main.EndnotesPart?.Endnotes }
            .Concat(main.HeaderParts.Select(h => h.Header)).Concat(main.FooterParts.Select(f => f.Footer)).OfType<OpenXmlPartRootElement>();
    }

    /// <summary>The texts of a paragraph itself, without those of a text box within.</summary>
    public static List<Text> Texts(Paragraph paragraph) => [.. paragraph.Descendants<Text>().Where(t => t.Ancestors<Paragraph>().First() == paragraph)];

    public static string Whole(IEnumerable<Text> texts) => string.Concat(texts.Select(t => t.Text));

    public static List<Placeholder> Find(string text) => [.. Marks().Matches(text).Select(m => new Placeholder(m.Groups[1].Value.Trim(), m.Index, m.Length))];

    /// <summary>Puts a value where a placeholder stood. The value is text and stays text: line breaks and tabs become Word's own, what XML cannot hold is left out.</summary>
    public static void Replace(List<Text> texts, Placeholder placeholder, string value)
    {
        var (at, end, first) = (0, placeholder.Start + placeholder.Length, true);
        foreach (var text in texts)
        {
            var (from, to) = (Math.Max(placeholder.Start - at, 0), Math.Min(end - at, text.Text.Length));
            at += text.Text.Length;
            if (from < to)
            {
                text.Text = string.Concat(text.Text.AsSpan(0, from), first ? Storable(value) : "", text.Text.AsSpan(to));
                text.Space = SpaceProcessingModeValues.Preserve;
                first = false;
            }
        }
    }

    /// <summary>Line breaks and tabs of the texts as Word writes them.</summary>
    public static void Break(IEnumerable<Text> texts)
    {
        foreach (var text in texts.Where(t => t.Text.AsSpan().ContainsAny('\n', '\t')).ToList())
        {
            OpenXmlElement last = text;
            var parts = Breaks().Split(text.Text);
            text.Text = parts[0];
            foreach (var part in parts.Skip(1))
            {
                OpenXmlElement next = part switch { "\n" => new Break(), "\t" => new TabChar(), _ => new Text(part) { Space = SpaceProcessingModeValues.Preserve } };
                last = last.InsertAfterSelf(next);
            }
        }
    }

    private static string Storable(string value)
    {
        var kept = new StringBuilder(value.Length);
        foreach (var rune in value.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || (rune.Value >= 0x20 && rune.Value is not (0xFFFE or 0xFFFF)))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    [GeneratedRegex(@"\{\{([^{}]{0,100})\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Marks();

    [GeneratedRegex(@"(\n|\t)", RegexOptions.CultureInvariant)]
    private static partial Regex Breaks();
}
