using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>A template with a customer's values in it. Each placeholder is read once: what a value holds is never looked through again, and no value reaches a field's code.</summary>
/// <remarks>What the reader may not see is left out whole: the row or the line that names it, and the table of a list.</remarks>
internal static class FillTemplate
{
    private const string Unknown = "—";

    public static byte[] Run(byte[] template, DossierContent content)
    {
        using var stream = new MemoryStream();
        stream.Write(template);
        using (var document = WordprocessingDocument.Open(stream, isEditable: true))
        {
            foreach (var root in TemplateText.Roots(document).ToList())
            {
                Rows(root, content);
                foreach (var paragraph in root.Descendants<Paragraph>().ToList())
                {
                    Lines(paragraph, content);
                }

                foreach (var text in root.Descendants<Text>().Where(t => t.Text.Contains(Done, StringComparison.Ordinal)))
                {
                    text.Text = text.Text.Replace(Done, "", StringComparison.Ordinal);
                }

                root.Save();
            }
        }

        stream.Position = 0;
        return SteadyZip.Repack(stream, content.ChangedAt);
    }

    /// <summary>Stands behind each brace of a value, so that it opens no placeholder: a character that is given to no sign, and is taken out at the end.</summary>
    private const string Done = "\uE000";

    private static string Still(string value) => value.Replace(Done, "", StringComparison.Ordinal).Replace("{", "{" + Done, StringComparison.Ordinal).Replace("}", "}" + Done, StringComparison.Ordinal);

    /// <summary>Repeats each row that names a list.</summary>
    private static void Rows(OpenXmlElement root, DossierContent content)
    {
        foreach (var row in root.Descendants<TableRow>().ToList())
        {
            if (row.Ancestors().All(a => a != root) || ListOf(row) is not { } list)
            {
                continue; // Gone with its table, or of no list.
            }

            if (!content.Lists.TryGetValue(list.Code, out var lines))
            {
                row.Ancestors<Table>().First().Remove();
                continue;
            }

            IReadOnlyList<string?[]> shown = lines.Count > 0 ? lines : [[Texts.Get("documents.none"), .. list.Columns.Skip(1).Select(_ => "")]];
            OpenXmlElement last = row;
            foreach (var line in shown)
            {
                var filled = (TableRow)row.CloneNode(deep: true);
                Unnumber(filled);
                foreach (var paragraph in filled.Descendants<Paragraph>())
                {
                    Values(paragraph, name => DossierList.ByName.TryGetValue(name, out var column) && column.List == list ? line[column.Column] ?? Unknown : null);
                }

                last = last.InsertAfterSelf(filled);
            }

            row.Remove();
        }
    }

    /// <summary>The list a row names itself, not one of a table within.</summary>
    public static DossierList? ListOf(TableRow row) => row.Descendants<Paragraph>().Where(p => p.Ancestors<TableRow>().First() == row)
        .SelectMany(p => TemplateText.Find(TemplateText.Whole(TemplateText.Texts(p)))).Select(p => DossierList.ByName.TryGetValue(p.Name, out var found) ? found.List : null).FirstOrDefault(l => l is not null);

    /// <summary>Numbers that Word gives once in a document are not repeated.</summary>
    private static void Unnumber(TableRow row)
    {
        foreach (var element in row.Descendants().Prepend(row).ToList())
        {
            if (element is BookmarkStart or BookmarkEnd)
            {
                element.Remove();
                continue;
            }

            foreach (var attribute in element.GetAttributes().Where(a => a.NamespaceUri == "http://schemas.microsoft.com/office/word/2010/wordml" && a.LocalName is "paraId" or "textId").ToList())
            {
                element.RemoveAttribute(attribute.LocalName, attribute.NamespaceUri);
            }
        }
    }

    private static void Lines(Paragraph paragraph, DossierContent content)
    {
        var names = TemplateText.Find(TemplateText.Whole(TemplateText.Texts(paragraph))).Select(p => p.Name).ToList();
        if (names.Any(n => DossierField.All.ContainsKey(n) && !content.Fields.ContainsKey(n)))
        {
            LeaveOut(paragraph);
            return;
        }

        Values(paragraph, name => content.Fields.TryGetValue(name, out var value) ? string.IsNullOrEmpty(value) ? Unknown : value : null);
    }

    private static void LeaveOut(Paragraph paragraph)
    {
        if (paragraph.Ancestors<TableRow>().FirstOrDefault() is { } row)
        {
            OpenXmlElement gone = row.Parent is Table table && table.Elements<TableRow>().Count() == 1 ? table : row;
            if (gone.Parent is not null)
            {
                gone.Remove(); // Else an earlier line of it took it away.
            }
        }
        else if (paragraph.Parent is Body && paragraph.ParagraphProperties?.SectionProperties is null)
        {
            paragraph.Remove();
        }
        else
        {
            paragraph.RemoveAllChildren<Run>(); // A header without any line, or a section without its end, is no document.
        }
    }

    /// <summary>Puts in what <paramref name="of"/> knows, from the last to the first so that none moves another; marks values whose own braces must not be read.</summary>
    private static void Values(Paragraph paragraph, Func<string, string?> of)
    {
        var texts = TemplateText.Texts(paragraph);
        foreach (var placeholder in Enumerable.Reverse(TemplateText.Find(TemplateText.Whole(texts))))
        {
            if (of(placeholder.Name) is { } value)
            {
                TemplateText.Replace(texts, placeholder, Still(value));
            }
        }

        TemplateText.Break(texts);
    }
}
