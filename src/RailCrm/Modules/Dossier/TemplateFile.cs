using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using RailCrm.Kernel;

namespace RailCrm.Modules.Dossier;

/// <summary>Looks through a template that somebody sent: a Word document of plain parts that reaches for nothing outside, runs nothing and names only what there is.</summary>
internal static class TemplateFile
{
    /// <summary>Largest template: 5 MB.</summary>
    public const int MostBytes = 5 * 1024 * 1024;

    private const int MostUnpacked = 40 * 1024 * 1024;
    private const int MostXml = 4 * 1024 * 1024;
    private const int MostParts = 500;
    private const string WordMain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

    /// <summary>What a part may be to another, by the last word of the relationship's type. Macros, embedded objects, controls, chunks of other formats and templates elsewhere are none of these.</summary>
    private static readonly HashSet<string> Relations = new(StringComparer.Ordinal)
    {
        "officeDocument", "styles", "stylesWithEffects", "theme", "settings", "webSettings", "fontTable", "font", "numbering", "header", "footer", "footnotes", "endnotes", "image", "core-properties", "extended-properties",
        "custom-properties", "customXml", "customXmlProps", "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "thumbnail", "glossaryDocument",
    };

    /// <summary>What is wrong with it, all at once; nothing where it can be taken.</summary>
    public static IReadOnlyList<FieldError> Check(byte[] sent)
    {
        if (sent.Length > MostBytes)
        {
            return [Wrong("documents.template_large", MostBytes / 1024 / 1024)];
        }

        try
        {
            return Parts(sent) is { } wrong ? [wrong] : Words(sent);
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or OpenXmlPackageException or FileFormatException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            return [Wrong("documents.template_broken")];
        }
    }

    private static FieldError Wrong(string code, params object?[] args) => new("file", code, args);

    private static FieldError? Parts(byte[] sent)
    {
        using var zip = new ZipArchive(new MemoryStream(sent, writable: false), ZipArchiveMode.Read);
        if (zip.Entries.Count > MostParts || zip.Entries.Select(e => e.FullName).Distinct(StringComparer.OrdinalIgnoreCase).Count() != zip.Entries.Count)
        {
            return Wrong("documents.template_broken");
        }

        var unpacked = 0L;
        var main = false;
        foreach (var entry in zip.Entries)
        {
            using var bytes = new MemoryStream();
            using (var part = entry.Open())
            {
                var buffer = new byte[81_920];
                for (int read; (read = part.Read(buffer)) > 0; bytes.Write(buffer, 0, read))
                {
                    if ((unpacked += read) > MostUnpacked)
                    {
                        return Wrong("documents.template_bomb", MostUnpacked / 1024 / 1024);
                    }
                }
            }

            bytes.Position = 0;
            if (entry.FullName == "[Content_Types].xml")
            {
                var kinds = Root(bytes).Elements().Select(e => (string?)e.Attribute("ContentType") ?? "").ToList();
                main = kinds.Contains(WordMain);
                if (kinds.Any(k => k.Contains("macro", StringComparison.OrdinalIgnoreCase) || k.Contains("vba", StringComparison.OrdinalIgnoreCase)))
                {
                    return Wrong("documents.template_macro");
                }
            }
            else if (entry.FullName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase))
            {
                if (Links(Root(bytes)) is { } link)
                {
                    return link;
                }
            }
            else if (entry.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
            {
                Walk(bytes);
            }
        }

        return main ? null : Wrong("documents.template_kind");
    }

    private static XmlReader Reader(MemoryStream part, long most) =>
        part.Length > most ? throw new InvalidDataException() : XmlReader.Create(part, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });

    private static XElement Root(MemoryStream part)
    {
        using var xml = Reader(part, 512 * 1024);
        return XDocument.Load(xml).Root!;
    }

    /// <summary>Sound XML, small and shallow enough to be held whole.</summary>
    private static void Walk(MemoryStream part)
    {
        using var xml = Reader(part, MostXml);
        while (xml.Read())
        {
            if (xml.Depth > 200)
            {
                throw new XmlException();
            }
        }
    }

    private static FieldError? Links(XElement root)
    {
        foreach (var link in root.Elements())
        {
            var kind = ((string?)link.Attribute("Type") ?? "").Split('/')[^1];
            if ((string?)link.Attribute("TargetMode") == "External")
            {
                return Wrong("documents.template_outside", kind, (string?)link.Attribute("Target"));
            }

            if (!Relations.Contains(kind))
            {
                return Wrong("documents.template_part", kind);
            }
        }

        return null;
    }

    private static List<FieldError> Words(byte[] sent)
    {
        using var document = WordprocessingDocument.Open(new MemoryStream(sent, writable: false), isEditable: false);
        if (document.MainDocumentPart?.Document?.Body is null)
        {
            return [Wrong("documents.template_kind")];
        }

        var wrong = new List<FieldError>();
        foreach (var root in TemplateText.Roots(document))
        {
            wrong.AddRange(TemplateFields.Refused(root).Select(i => Wrong("documents.template_field", Short(i))));
            foreach (var paragraph in root.Descendants<Paragraph>())
            {
                var text = TemplateText.Whole(TemplateText.Texts(paragraph));
                var row = paragraph.Ancestors<TableRow>().FirstOrDefault();
                var list = row is null ? null : FillTemplate.ListOf(row);
                wrong.AddRange(from p in TemplateText.Find(text)
                               let named = DossierList.ByName.TryGetValue(p.Name, out var column) ? column.List : null
                               let why = named is null ? DossierField.All.ContainsKey(p.Name) ? null : "documents.template_unknown" : row is null ? "documents.template_no_row" : named != list ? "documents.template_two_lists" : null
                               where why is not null
                               select Wrong(why, p.Name, Short(text)));
            }
        }

        return [.. wrong.Take(20)];
    }

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[58]) ? 58 : 59), "…");
}
