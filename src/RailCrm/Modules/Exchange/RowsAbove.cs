using System.Buffers.Binary;

namespace RailCrm.Modules.Exchange;

/// <summary>The rows that a preview has gone over, by what makes another the same as one of them. Marks are kept, not texts: a million rows take tens of megabytes.</summary>
internal sealed class RowsAbove
{
    private const int Entry = 16;

    private readonly Dictionary<long, long> _first = [];

    /// <summary>The first row above of which this was said; null where there is none.</summary>
    /// <param name="what">What is the same, such as name or phone.</param>
    /// <param name="text">As it is compared; null is the same as nothing.</param>
    public long? Of(string what, string? text) => string.IsNullOrEmpty(text) || !_first.TryGetValue(Mark(what, text), out var row) ? null : row;

    /// <summary>From now on this was said by a row, unless one above it said so before.</summary>
    public void Add(long row, string what, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _first.TryAdd(Mark(what, text), row);
        }
    }

    /// <summary>Keeps it beside what a check found.</summary>
    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        Span<byte> entry = stackalloc byte[Entry];
        foreach (var (mark, row) in _first)
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
        if (!File.Exists(path))
        {
            return above;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        Span<byte> entry = stackalloc byte[Entry];
        while (file.ReadAtLeast(entry, Entry, throwOnEndOfStream: false) == Entry)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(entry[8..]) is var row && which(row))
            {
                above._first[BinaryPrimitives.ReadInt64LittleEndian(entry)] = row;
            }
        }

        return above;
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
