using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace RailCrm.Platform.Files;

/// <summary>Rows of text into a workbook, one after the other. Every cell is text, so that none can be a formula.</summary>
internal static class XlsxWriter
{
    /// <summary>Writes all rows; the workbook is made in a temporary file because a zip archive wants to seek.</summary>
    public static async Task Copy(IEnumerable<string[]> rows, Stream output, CancellationToken ct)
    {
        await using var file = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        using (var document = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            var sheet = workbook.AddNewPart<WorksheetPart>();
            using (var writer = OpenXmlWriter.Create(sheet))
            {
                writer.WriteStartElement(new Worksheet());
                writer.WriteStartElement(new SheetData());
                foreach (var row in rows)
                {
                    ct.ThrowIfCancellationRequested();
                    writer.WriteStartElement(new Row());
                    foreach (var cell in row)
                    {
                        writer.WriteElement(new Cell(new InlineString(new DocumentFormat.OpenXml.Spreadsheet.Text(cell) { Space = SpaceProcessingModeValues.Preserve })) { DataType = CellValues.InlineString });
                    }

                    writer.WriteEndElement();
                }

                writer.WriteEndElement();
                writer.WriteEndElement();
            }

            workbook.Workbook = new Workbook(new Sheets(new Sheet { Id = workbook.GetIdOfPart(sheet), SheetId = 1, Name = "RailCRM" }));
        }

        file.Position = 0;
        await file.CopyToAsync(output, ct);
    }
}
