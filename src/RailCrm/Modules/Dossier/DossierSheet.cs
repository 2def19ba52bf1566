using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>A written dossier as one HTML file that asks for nothing: ready to be printed, or to be made a PDF, wherever it lies.</summary>
internal static class DossierSheet
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private const string Style = """
        @page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 9pt; color: #546173; } }
        body { max-width: 182mm; margin: 0 auto; padding: 8mm; font: 10.5pt/1.5 system-ui, "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif; color: #1b2734; background: #fff; }
        header { border-top: 6pt solid #1b5cab; padding-top: 6mm; } h1 { font-size: 24pt; line-height: 1.25; margin: 1mm 0 2mm; } h2 { font-size: 14pt; border-bottom: 1.5pt solid #1b5cab; padding-bottom: 1mm; margin: 8mm 0 3mm; break-after: avoid; }
        dl { display: grid; grid-template-columns: minmax(28mm, 44mm) minmax(0, 1fr); gap: 1.2mm 4mm; margin: 0; } dt { color: #546173; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; font-size: 9.5pt; } th, td { text-align: left; vertical-align: top; padding: 1.2mm 2mm; border-bottom: .5pt solid #d4dbe3; overflow-wrap: anywhere; } thead th { background: #eef2f7; font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; } tr { break-inside: avoid; }
        footer, .s { color: #546173; } footer { margin-top: 8mm; border-top: .5pt solid #d4dbe3; padding-top: 2mm; font-size: 9pt; } * { print-color-adjust: exact; } @media print { body { padding: 0; max-width: none; } }
        """;

    public static string Of(DossierContent content)
    {
        var html = new StringBuilder();
        string Value(string name) => Text(content.Fields.GetValueOrDefault(name));
        html.Append(CultureInfo.InvariantCulture, $"""<!DOCTYPE html><html lang="{CultureInfo.CurrentUICulture.Name}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Value("customer.name")} · {Said("dossier.document")}</title><style>{Style}</style></head><body>""");
        html.Append(CultureInfo.InvariantCulture, $"""<header><div class="s">{Value("group.name")} · {Said("dossier.document")}</div><h1>{Value("customer.name")}</h1><div class="s">{Text(Texts.Get("documents.as_of", content.Fields.GetValueOrDefault("customer.updated")))}</div></header>""");
        foreach (var (title, fields) in DossierField.Sections)
        {
            var shown = fields.Where(f => content.Fields.ContainsKey(f.Name) && f.Name is not ("group.name" or "figures.title" or "customer.updated")).ToList();
            if (shown.Count > 0)
            {
                html.Append(CultureInfo.InvariantCulture, $"<h2>{Said(title)}</h2><dl>").AppendJoin("", shown.Select(f => $"<dt>{Said(f.TextKey)}</dt><dd>{Value(f.Name)}</dd>")).Append("</dl>");
            }
        }

        foreach (var list in DossierList.All)
        {
            if (content.Lists.TryGetValue(list.Code, out var lines) && lines.Count > 0)
            {
                string Cell(string tag, int column, string text) => $"<{tag}{(tag == "th" ? " scope=\"col\"" : "")}{(list.Columns[column].Number ? " class=\"n\"" : "")}>{text}</{tag}>";
                html.Append(CultureInfo.InvariantCulture, $"<h2>{Said(list.TextKey)}</h2><table><thead><tr>").AppendJoin("", list.Columns.Select((c, n) => Cell("th", n, Said(c.TextKey)))).Append("</tr></thead><tbody>");
                foreach (var line in lines)
                {
                    html.Append("<tr>").AppendJoin("", line.Select((value, n) => Cell("td", n, Text(value)))).Append("</tr>");
                }

                html.Append("</tbody></table>");
            }
        }

        return html.Append(CultureInfo.InvariantCulture, $"<footer>{Said("dossier.confidential")}</footer></body></html>").ToString();
    }

    private static string Said(string key) => Text(Texts.Get(key));

    private static string Text(string? value) => string.IsNullOrEmpty(value) ? "—" : Encoder.Encode(value).Replace("&#xA;", "\n", StringComparison.Ordinal).Replace("&#xD;", "", StringComparison.Ordinal);
}
