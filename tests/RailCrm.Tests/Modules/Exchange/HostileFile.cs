using System.IO.Compression;
using System.Text;
using RailCrm.Modules.Exchange;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>Files made to do harm, and ordinary ones beside them.</summary>
internal static class HostileFile
{
    private const string Spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>The parts of a workbook with one sheet.</summary>
    public static Dictionary<string, string> Parts(string sheetData, string? shared = null) => new()
    {
        ["[Content_Types].xml"] = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>",
        ["xl/workbook.xml"] = $"<workbook xmlns=\"{Spreadsheet}\" xmlns:r=\"{Relationships}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ["xl/_rels/workbook.xml.rels"] = $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{Relationships}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ["xl/worksheets/sheet1.xml"] = $"<worksheet xmlns=\"{Spreadsheet}\"><sheetData>{sheetData}</sheetData></worksheet>",
        ["xl/sharedStrings.xml"] = shared ?? $"<sst xmlns=\"{Spreadsheet}\"/>",
    };

    /// <summary>A row of text cells.</summary>
    public static string Row(int number, params string[] cells) =>
        $"<row r=\"{number}\">{string.Concat(cells.Select((c, i) => $"<c r=\"{(char)('A' + i)}{number}\" t=\"inlineStr\"><is><t>{System.Security.SecurityElement.Escape(c)}</t></is></c>"))}</row>";

    /// <summary>Zips parts into a workbook.</summary>
    public static byte[] Zip(IEnumerable<KeyValuePair<string, string>> parts)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return file.ToArray();
    }

    /// <summary>A workbook of half a megabyte whose sheet unpacks to half a gigabyte.</summary>
    public static byte[] Bomb(string filler = " ")
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in Parts(""))
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
                if (name.EndsWith("sheet1.xml", StringComparison.Ordinal))
                {
                    var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(filler, (1 << 20) / filler.Length)));
                    for (var i = 0; i < 512; i++)
                    {
                        entry.Write(piece);
                    }
                }
            }
        }

        return file.ToArray();
    }

    /// <summary>Overwrites the unpacked size that the archive's directory and headers tell, so that a large part looks small.</summary>
    public static byte[] LieAboutSizes(byte[] zip, uint told)
    {
        var lying = zip.ToArray();
        for (var i = 0; i + 46 < lying.Length; i++)
        {
            if (lying[i] == 'P' && lying[i + 1] == 'K')
            {
                var at = lying[i + 2] == 1 && lying[i + 3] == 2 ? i + 24 : lying[i + 2] == 3 && lying[i + 3] == 4 ? i + 22 : -1;
                if (at > 0)
                {
                    BitConverter.TryWriteBytes(lying.AsSpan(at), told);
                }
            }
        }

        return lying;
    }

    /// <summary>Sets the flag by which an archive says that its entries are encrypted.</summary>
    public static byte[] SayEncrypted(byte[] zip)
    {
        var flagged = zip.ToArray();
        for (var i = 0; i + 10 < flagged.Length; i++)
        {
            if (flagged[i] == 'P' && flagged[i + 1] == 'K')
            {
                var at = flagged[i + 2] == 1 && flagged[i + 3] == 2 ? i + 8 : flagged[i + 2] == 3 && flagged[i + 3] == 4 ? i + 6 : -1;
                if (at > 0)
                {
                    flagged[at] |= 1;
                }
            }
        }

        return flagged;
    }

    /// <summary>Reads a file as an import would; gives its rows, or the text key of why it is refused and what that speaks of.</summary>
    public static (List<TableRow> Rows, IReadOnlyList<string> Headers, string? Code, object?[] Args) Read(byte[] content, string? encoding = null, string kind = "waybills", long after = 0)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            var file = TableFile.Open(path, encoding, ImportKind.Named(kind)!);
            return ([.. file.Rows(after)], file.Headers, null, []);
        }
        catch (TableFileException e)
        {
            return ([], [], e.Code, e.Args);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
