using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using RailCrm.Kernel;

namespace RailCrm.Modules.Exchange;

/// <summary>A row as the check found it.</summary>
/// <param name="Number">Its row in the file.</param>
/// <param name="Outcome">created, updated, unchanged, wrong or skipped.</param>
/// <param name="Cells">As many as the header has.</param>
/// <param name="Errors">What is wrong.</param>
internal sealed record ReviewRow(long Number, string Outcome, string[] Cells, IReadOnlyList<FieldError> Errors)
{
    /// <summary>Rows that somebody should look at, whatever becomes of them.</summary>
    public const string Warned = "warned";

    /// <summary>What may be asked for: all, one outcome, or those with a warning.</summary>
    public static readonly IReadOnlyList<string> Filters = ["all", "wrong", Warned, "created", "updated", "unchanged", "skipped"];

    /// <summary>What somebody should look at, though it is not wrong; null of a check before there were any.</summary>
    public IReadOnlyList<FieldError>? Warnings { get; init; }

    /// <summary>Whether a row above makes the record that this one changes.</summary>
    public bool Above { get; init; }

    /// <summary>Which row above; 0 where that is not told.</summary>
    public long AboveRow { get; init; }

    /// <summary>Whether somebody looked at the warning and wants the row loaded all the same.</summary>
    public bool Taken { get; init; }

    /// <summary>Whether it stays out until somebody has looked at it.</summary>
    [JsonIgnore]
    public bool IsHeld => Holds(Outcome, Warnings, Taken);

    /// <summary>Whether a warning is of a value that nobody knows, which may be mapped to a known one or stay as it is.</summary>
    public static bool IsUnknown(FieldError warning) => warning.Code == "import.station_unknown";

    /// <summary>Whether a row that could be loaded stays out because of its warnings.</summary>
    public static bool Holds(string outcome, IReadOnlyList<FieldError>? warnings, bool taken) => warnings is { Count: > 0 } && !taken && outcome is not ("wrong" or "skipped");
}

/// <summary>What the check of a whole file found, beside the file: a line a row, and for each outcome a list of rows and places, so that any page of any size of file is a few reads.</summary>
internal static class ReviewFile
{
    private const int Entry = 16;

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Lines(string path, long checkId) => $"{path}.review-{checkId}";

    private static string Index(string path, long checkId, string filter) => $"{Lines(path, checkId)}.{filter}";

    /// <summary>Where the check keeps what its rows are compared by.</summary>
    public static string Above(string path, long checkId) => $"{Lines(path, checkId)}.above";

    /// <summary>Takes away what the checks of a file left.</summary>
    public static void Delete(string path)
    {
        foreach (var old in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".review-*"))
        {
            File.Delete(old);
        }
    }

    /// <summary>Writes a new one, row after row.</summary>
    public sealed class Writer(string path, long checkId) : IDisposable
    {
        private readonly FileStream _lines = New(Lines(path, checkId));
        private readonly Dictionary<string, FileStream> _indexes = ReviewRow.Filters.ToDictionary(f => f, f => New(Index(path, checkId, f)));

        public void Write(ReviewRow row)
        {
            Span<byte> entry = stackalloc byte[Entry];
            BinaryPrimitives.WriteInt64LittleEndian(entry, row.Number);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], _lines.Position);
            _indexes["all"].Write(entry);
            _indexes[row.Outcome].Write(entry);
            if (row.Warnings is { Count: > 0 })
            {
                _indexes[ReviewRow.Warned].Write(entry);
            }

            JsonSerializer.Serialize(_lines, row, Json);
            _lines.WriteByte((byte)'\n');
        }

        public void Dispose()
        {
            _lines.Dispose();
            foreach (var index in _indexes.Values)
            {
                index.Dispose();
            }
        }

        private static FileStream New(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
    }

    /// <summary>The rows of a filter beyond one, in order; backwards where asked. None where the file is gone.</summary>
    public static IEnumerable<ReviewRow> Rows(string path, long checkId, string filter, long beyond, bool backwards)
    {
        if (!File.Exists(Index(path, checkId, filter)))
        {
            yield break;
        }

        using var index = File.OpenRead(Index(path, checkId, filter));
        using var lines = new StreamReader(Lines(path, checkId));
        var count = index.Length / Entry;
        var (low, high) = (0L, count); // The first entry at or past the row.
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = At(index, middle).Row < beyond ? (middle + 1, high) : (low, middle);
        }

        var at = backwards ? low - 1 : low < count && At(index, low).Row == beyond ? low + 1 : low;
        for (; at >= 0 && at < count; at += backwards ? -1 : 1)
        {
            lines.BaseStream.Position = At(index, at).Place;
            lines.DiscardBufferedData();
            var row = JsonSerializer.Deserialize<ReviewRow>(lines.ReadLine()!, Json)!;
            yield return row with { Errors = Read(row.Errors), Warnings = Read(row.Warnings ?? []) };
        }
    }

    /// <summary>What texts speak of, as text again: JSON knows only its own values.</summary>
    public static IReadOnlyList<FieldError> Read(IReadOnlyList<FieldError> errors) => [.. errors.Select(e => e with { Args = [.. e.Args.Select(a => a?.ToString())] })];

    /// <summary>One row; null where there is none.</summary>
    public static ReviewRow? Row(string path, long checkId, long number) =>
        Rows(path, checkId, "all", number - 1, backwards: false).FirstOrDefault() is { } row && row.Number == number ? row : null;

    private static (long Row, long Place) At(FileStream index, long at)
    {
        Span<byte> entry = stackalloc byte[Entry];
        index.Position = at * Entry;
        index.ReadExactly(entry);
        return (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
    }
}
