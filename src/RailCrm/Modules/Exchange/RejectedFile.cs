using System.Text;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Platform.Files;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Exchange;

/// <summary>The rows that were refused, as they were, each with its reason: a file that can be mended and loaded again.</summary>
internal sealed class RejectedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly StreamWriter _writer;
    private readonly CsvLineWriter _line;
    private readonly int _width;
    private readonly ImportKind _kind;
    private bool _dirty;

    private RejectedFile(FileStream stream, StreamWriter writer, char delimiter, int width, ImportKind kind) => (_stream, _writer, _line, _width, _kind) = (stream, writer, new(writer, delimiter), width, kind);

    /// <summary>Goes on behind what was committed: whatever a killed process wrote after it is cut off.</summary>
    public static RejectedFile Append(string path, TableFile table, ImportKind kind, long committedBytes)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        stream.SetLength(Math.Min(committedBytes, stream.Length));
        stream.Seek(0, SeekOrigin.End);
        var encoding = table.IsXlsx ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) : table.Encoding;
        var writer = new StreamWriter(stream, stream.Length == 0 ? encoding : WithoutMark(encoding));
        var file = new RejectedFile(stream, writer, table.IsXlsx ? ',' : table.Delimiter, table.Headers.Count, kind);
        if (stream.Length == 0)
        {
            file._line.Write([.. table.Headers, Texts.Get("import.reason")]);
            file._dirty = true;
        }

        return file;
    }

    public void Write(TableRow row, IReadOnlyList<FieldError> errors)
    {
        _dirty = true;
        _line.Write([.. row.Cells.Take(_width), string.Join(" ", errors.Select(e => $"{_kind.Called(e.Field)}: {Texts.Get(e.Code, e.Args)}"))]);
    }

    /// <summary>Brings what was written to the disk; gives its length.</summary>
    public long Flush()
    {
        if (_dirty)
        {
            _writer.Flush();
            _stream.Flush(flushToDisk: true);
            _dirty = false;
        }

        return _stream.Length;
    }

    public void Dispose() => _writer.Dispose();

    internal static string FieldName(string field) => field.Length == 0 ? field : JsonNamingPolicy.CamelCase.ConvertName(field.StartsWith("Custom.", StringComparison.Ordinal) ? field[7..] : field) switch { "weightKg" => "weight", "revenueFen" => "revenue", "costFen" => "cost", "unitId" => "unit", var name => name };

    private static Encoding WithoutMark(Encoding encoding) => encoding is UTF8Encoding ? new UTF8Encoding(false) : encoding is UnicodeEncoding u ? new UnicodeEncoding(u.CodePage == 1201, false) : encoding;
}
