using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;

namespace RailCrm.Platform.Ui.Help;

/// <summary>The user guide as sections: each line that begins with an anchor and a name in bold is one. What is written in one paragraph is shown sentence by sentence, since a page of it is a wall.</summary>
internal static partial class GuideText
{
    /// <summary>A longer sentence is cut at its semicolons; a Chinese one says the same in fewer characters.</summary>
    private const int Long = 170, LongChinese = 70;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().Build();
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Section>> Read = new();

    /// <param name="Id">What leads to it, alike in both languages.</param>
    /// <param name="Name">What it is about.</param>
    /// <param name="Html">What it says.</param>
    public sealed record Section(string Id, string Name, string Html);

    /// <summary>The guide in the language of the request.</summary>
    public static IReadOnlyList<Section> Here => In(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "zh-CN");

    /// <summary>The guide in a language.</summary>
    public static IReadOnlyList<Section> In(string language) => Read.GetOrAdd(language, l =>
    {
        using var reader = new StreamReader(typeof(GuideText).Assembly.GetManifestResourceStream($"RailCrm.guide.{l}.md")!);
        return [.. Begin().Matches(reader.ReadToEnd()).Select(m => new Section(m.Groups["id"].Value, $"{m.Groups["name"].Value.TrimEnd('.', '：', ':', '。')}{Beside(m.Groups["beside"].Value, l)}", Shown(m.Groups["text"].Value.Trim(), l == "en" ? Long : LongChinese)))];
    });

    private static string Beside(string text, string language) => text.Length == 0 ? "" : language == "en" ? $" {text}" : text;

    private static string Shown(string text, int most) => Markdown.ToHtml(string.Join('\n', Sentences(text, most).Select(s => $"- {s}")), Pipeline);

    /// <summary>The sentences of a text, long ones clause by clause; what stands in brackets or quotes is not cut.</summary>
    internal static IEnumerable<string> Sentences(string text, int most)
    {
        foreach (var sentence in Cut(text, (c, next) => c is '。' or '！' or '？' || (c == '.' && next == ' ')))
        {
            foreach (var clause in sentence.Length <= most ? [sentence] : Cut(sentence, (c, _) => c is ';' or '；'))
            {
                yield return char.ToUpperInvariant(clause[0]) + clause[1..].TrimEnd(';', '；');
            }
        }
    }

    private static IEnumerable<string> Cut(string text, Func<char, char, bool> ends)
    {
        var (part, depth, code) = (new StringBuilder(), 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            part.Append(c);
            code ^= c == '`';
            depth += c is '(' or '（' or '“' or '「' ? 1 : c is ')' or '）' or '”' or '」' ? -1 : 0;
            if (depth == 0 && !code && ends(c, i + 1 < text.Length ? text[i + 1] : ' '))
            {
                yield return part.ToString().Trim();
                part.Clear();
            }
        }

        if (part.ToString().Trim() is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    [GeneratedRegex(@"^<a id=""(?<id>[a-z-]+)""></a>\*\*(?<name>[^*]+)\*\*\s?(?<beside>[(（][^()（）]+[)）](?=[:：]))?[:：]?(?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Begin();
}
