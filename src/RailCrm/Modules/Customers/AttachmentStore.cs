using System.Security.Cryptography;
using RailCrm.Platform;
using RailCrm.Platform.Files;

namespace RailCrm.Modules.Customers;

/// <summary>Takes the bytes of attachments to where they lie and proves them when they are fetched: each is named by the SHA-256 of what it holds.</summary>
internal sealed class AttachmentStore(Settings settings, IBlobs blobs, ILogger<AttachmentStore> log)
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

            }

            if (size == 0 || !right(head.ToArray()))
            {
                return ("", size, false);
            }

            var sha = Convert.ToHexStringLower(hash.GetHashAndReset());
            await blobs.Put(sha, draft, ct);
            return (sha, size, true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Whether the bytes are still there.</summary>
    public Task<bool> Has(string sha256, CancellationToken ct) => blobs.Has(sha256, ct);

    /// <summary>The bytes, once they are proved to be those that were kept; null where they are missing or spoilt, which is logged.</summary>
    public Task<Stream?> Open(string sha256, CancellationToken ct) => ProvenBytes.Open(blobs, sha256, log, ct);
}
