using System.IO.Compression;

namespace RailCrm.Modules.Dossier;

/// <summary>Archives whose bytes depend on nothing but what is in them: parts in a fixed order, every one with the same time.</summary>
internal static class SteadyZip
{
    /// <summary>Files of the older archive format bear a time between 1980 and 2107, to two seconds.</summary>
    public static DateTimeOffset Time(DateTime utc) => new(Math.Clamp(utc.Year, 1980, 2107) == utc.Year ? DateTime.SpecifyKind(utc, DateTimeKind.Unspecified) : new(1980, 1, 1), TimeSpan.Zero);

    /// <summary>A package of the parts, its types first as readers expect, then by name.</summary>
    public static byte[] Pack(IEnumerable<(string Name, byte[] Bytes)> parts, DateTime at)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in parts.OrderByDescending(p => p.Name == "[Content_Types].xml").ThenByDescending(p => p.Name == "_rels/.rels").ThenBy(p => p.Name, StringComparer.Ordinal))
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = Time(at);
                using var part = entry.Open();
                part.Write(bytes);
            }
        }

        return packed.ToArray();
    }

    /// <summary>The same parts, packed steadily.</summary>
    public static byte[] Repack(Stream package, DateTime at)
    {
        using var zip = new ZipArchive(package, ZipArchiveMode.Read, leaveOpen: true);
        return Pack(zip.Entries.Where(e => e.Name.Length > 0).Select(e =>
        {
            using var bytes = new MemoryStream();
            using var part = e.Open();
            part.CopyTo(bytes);
            return (e.FullName, bytes.ToArray());
        }), at);
    }
}
