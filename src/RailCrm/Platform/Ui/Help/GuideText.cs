using System.Collections.Concurrent;
using System.Globalization;
using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace RailCrm.Platform.Ui.Help;

/// <summary>The user guide as HTML, with its sections: each paragraph that begins in bold is one.</summary>
internal static class GuideText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();
    private static readonly ConcurrentDictionary<string, Guide> Read = new();

    /// <param name="Html">The whole guide.</param>
    /// <param name="Sections">Id and name, in order.</param>
    public sealed record Guide(string Html, IReadOnlyList<(string Id, string Name)> Sections);

    /// <summary>The guide in the language of the request.</summary>
    public static Guide Here => Read.GetOrAdd(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "zh-CN", language =>
    {
        using var reader = new StreamReader(typeof(GuideText).Assembly.GetManifestResourceStream($"RailCrm.guide.{language}.md")!);
        var document = Markdown.Parse(reader.ReadToEnd(), Pipeline);
        var sections = new List<(string, string)>();
        foreach (var block in document.ToList())
        {
            if (block is HeadingBlock { Level: 1 })
            {
                document.Remove(block); // The page has its own.
            }
            else if (block is ParagraphBlock { Inline.FirstChild: EmphasisInline { DelimiterCount: 2 } name })
            {
                var id = $"guide-{sections.Count + 1}";
                block.GetAttributes().Id = id;
                sections.Add((id, string.Concat(name.Descendants<LiteralInline>().Select(l => l.Content.ToString())).TrimEnd('.', '：', ':', '。')));
            }
        }

        return new(document.ToHtml(Pipeline), sections);
    });
}
