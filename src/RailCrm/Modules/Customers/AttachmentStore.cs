using System.Security.Cryptography;
using RailCrm.Platform;

namespace RailCrm.Modules.Customers;

/// <summary>Where the bytes of attachments lie: <c>RAILCRM_HOME/attachments</c>, each under the SHA-256 of what it holds. Nothing is ever overwritten.</summary>
internal sealed class AttachmentStore(Settings settings)
{
    /// <summary>Longest file: 30 MB.</summary>
    public const long MostBytes = 30 * 1024 * 1024;

    private string Folder => Path.Combine(settings.Home, "attachments");

    /// <summary>Keeps the bytes on disk, unless they are none or their beginning is not <paramref name="right"/>; null where there are more than <see cref="MostBytes"/>, whatever the sender said.</summary>
    public async Task<(string Sha256, long Size, bool Kept)?> Keep(Stream content, Func<ReadOnlyMemory<byte>, bool> right, CancellationToken ct)
    {
        Directory.CreateDirectory(Folder);
        var draft = Path.Combine(Folder, Path.GetRandomFileName());
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (size, head, buffer) = (0L, new MemoryStream(), new byte[81_920]);
            await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                int read;
                while ((read = await content.ReadAsync(buffer, ct)) > 0)
                {
                    size += read;
                    if (size > MostBytes)
                    {
                        return null;
                    }

                    head.Write(buffer, 0, (int)Math.Min(read, FileKinds.Head - head.Length));
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), ct);
                }

                file.Flush(flushToDisk: true); // Acknowledged means stored.
            }

            if (size == 0 || !right(head.ToArray()))
            {
                return ("", size, false);
            }

            var sha = Convert.ToHexStringLower(hash.GetHashAndReset());
            var place = Place(sha);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (!File.Exists(place))
            {
                File.Move(draft, place, overwrite: false);
            }

            return (sha, size, true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>The bytes, once they are proved to be those that were kept; null where they are missing or spoilt.</summary>
    public async Task<Stream?> Open(string sha256, CancellationToken ct)
    {
        var place = Place(sha256);
        if (!File.Exists(place))
        {
            return null;
        }

        var file = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.Read, 81_920, useAsync: true);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)) != sha256)
        {
            await file.DisposeAsync();
            return null;
        }

        file.Position = 0;
        return file;
    }

    private string Place(string sha256) => Path.Combine(Folder, sha256[..2], sha256);
}
