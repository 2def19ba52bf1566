using System.Buffers.Binary;

namespace RailCrm.Modules.Exchange;

/// <summary>The rows that a preview has gone over, by what makes another the same as one of them. Marks are kept, not texts: a million rows take tens of megabytes.</summary>
internal sealed class RowsAbove
{
    private const int Entry = 16;

    /// <summary>Of more than so many that came second or were wrong, none is judged anew when one above it changes.</summary>
    private const int MostRest = 1_000_000;

    private readonly Dictionary<long, long> _first = [];

    /// <summary>Those that came second, and, below 0, those that are wrong themselves.</summary>
    private readonly List<(long Mark, long Row)> _rest = [];

    /// <summary>All that was said.</summary>
    public IReadOnlyCollection<long> Marks => _first.Keys;

    /// <summary>The first row above of which this was said; null where there is none.</summary>
    /// <param name="what">What is the same, such as name or phone.</param>
    /// <param name="text">As it is compared; null is the same as nothing.</param>
    public long? Of(string what, string? text) => string.IsNullOrEmpty(text) || !_first.TryGetValue(Mark(what, text), out var row) ? null : row;

    /// <summary>From now on this was said by a row, unless one above it said so before, or it is wrong and comes to nothing.</summary>
    public void Add(long row, string what, string? text, bool isRight = true)
    {
        if (!string.IsNullOrEmpty(text) && !(isRight && _first.TryAdd(Mark(what, text), row)) && _rest.Count < MostRest)
        {
            _rest.Add((Mark(what, text), isRight ? row : -row));
        }
    }

    /// <summary>Keeps it beside what a check found.</summary>
    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        Span<byte> entry = stackalloc byte[Entry];
        foreach (var (mark, row) in _first.Select(f => (Mark: f.Key, Row: f.Value)).Concat(_rest))
        {
            BinaryPrimitives.WriteInt64LittleEndian(entry, mark);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], row);
            file.Write(entry);
        }
    }

    /// <summary>What a check kept, of some of its rows; nothing of a check before there was any.</summary>
    public static RowsAbove Read(string path, Func<long, bool> which)
    {
        var above = new RowsAbove();
        foreach (var (mark, row) in Entries(path))
        {
            if (row > 0 && which(row))
            {
                above._first.TryAdd(mark, row);
            }
        }

        return above;
    }

    /// <summary>The nearest rows below one that said one of these things, be they right or wrong.</summary>
    public static IReadOnlyList<long> Below(string path, long number, IReadOnlyCollection<long> marks, int most) =>
        marks.Count == 0 ? [] : [.. Entries(path).Where(e => Math.Abs(e.Row) > number && marks.Contains(e.Mark)).Select(e => Math.Abs(e.Row)).Distinct().Order().Take(most)];

    private static IEnumerable<(long Mark, long Row)> Entries(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        var entry = new byte[Entry];
        while (file.ReadAtLeast(entry, Entry, throwOnEndOfStream: false) == Entry)
        {
            yield return (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8)));
        }
    }

    /// <summary>FNV-1a: two texts that share a mark do no more harm than a row to be looked at once too often.</summary>
    private static long Mark(string what, string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in $"{what}:{text}")
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return unchecked((long)hash);
    }
}
