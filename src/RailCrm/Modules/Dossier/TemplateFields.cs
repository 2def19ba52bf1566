using System.Text.RegularExpressions;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Wordprocessing;

namespace RailCrm.Modules.Dossier;

/// <summary>The fields of a Word document: what Word works out by itself. Some fetch files, start programs or ask the reader, so only the harmless are taken.</summary>
internal static partial class TemplateFields
{
    /// <summary>The instructions of fields that a template must not hold.</summary>
    public static IEnumerable<string> Refused(OpenXmlElement root) => Instructions(root).Where(i => !Allowed().IsMatch(i));

    /// <summary>The instructions of fields, each put together from its runs.</summary>
    private static IEnumerable<string> Instructions(OpenXmlElement root)
    {
        foreach (var simple in root.Descendants<SimpleField>())
        {
            yield return simple.Instruction?.Value ?? "";
        }

        var open = new Stack<(string Text, bool Said)>();
        foreach (var element in root.Descendants())
        {
            if (element is FieldCode code)
            {
                var (text, said) = open.Count > 0 ? open.Pop() : ("", false);
                open.Push((text + code.Text, said));
            }
            else if (element is FieldChar { FieldCharType: { } type })
            {
                if (type == FieldCharValues.Begin)
                {
                    open.Push(("", false));
                }
                else if (open.Count > 0)
                {
                    var (text, said) = open.Pop();
                    if (!said)
                    {
                        yield return text;
                    }

                    if (type == FieldCharValues.Separate)
                    {
                        open.Push((text, true));
                    }
                }
            }
        }

        foreach (var (text, said) in open)
        {
            if (!said)
            {
                yield return text;
            }
        }
    }

    /// <summary>Fields that only count, number and refer within the document.</summary>
    [GeneratedRegex(@"^\s*(PAGE|NUMPAGES|SECTION|SECTIONPAGES|STYLEREF|SEQ|TOC|REF|PAGEREF|HYPERLINK\s+\\l)(\s[^{}]*)?$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
