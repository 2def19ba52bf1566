namespace RailCrm.Platform.Files;

/// <summary>One line of text with separators; a cell that holds one, a quote or a line break is quoted, and one that a table program would run as a formula is guarded.</summary>
internal sealed class CsvLineWriter(TextWriter writer, char delimiter)
{
    public void Write(IReadOnlyList<string> cells)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0)
            {
                writer.Write(delimiter);
            }

            var cell = FormulaGuard.Guard(cells[i]);
            if (cell.AsSpan().IndexOfAny(['"', '\n', '\r', delimiter]) >= 0 || (cell.Length > 0 && (cell[0] == ' ' || cell[^1] == ' ')))
            {
                writer.Write('"');
                writer.Write(cell.Replace("\"", "\"\"", StringComparison.Ordinal));
                writer.Write('"');
            }
            else
            {
                writer.Write(cell);
            }
        }

        writer.Write("\r\n");
    }
}
