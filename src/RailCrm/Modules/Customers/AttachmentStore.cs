using System.Security.Cryptography;
using RailCrm.Kernel;
using RailCrm.Platform;
using RailCrm.Platform.Files;

namespace RailCrm.Modules.Customers;

/// <summary>Takes the bytes of attachments to where they lie and proves them when they are fetched: each is named by the SHA-256 of what it holds.</summary>
internal sealed class AttachmentStore(Settings settings, IBlobs blobs, ILogger<AttachmentStore> log)
{
    /// <summary>Longest file: 30 MB.</summary>
    public const long MostBytes = 30 * 1024 * 1024;

    private string Folder => Path.Combine(settings.Home, "attachments");

    /// <summary>A file that was sent and lies where it belongs.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="ContentType">Its kind.</param>
    /// <param name="Sha256">Where it lies.</param>
    /// <param name="Size">Bytes.</param>
    public sealed record Taken(string Name, string ContentType, string Sha256, long Size);

    /// <summary>Keeps a file that somebody sent, if its name, kind, length and beginning are right.</summary>
    /// <param name="sentName">As it was called where it came from.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="like">The kind it must be of; null for any that is taken.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Taken>> Take(string sentName, Stream content, string? like, CancellationToken ct)
    {
        var name = FileKinds.Name(sentName);
        if (name.Length == 0 || !PlainText.IsStorable(name) || FileKinds.Deceives(name))
        {
            return new Refusal.Invalid("attachment.name_wrong", "file");
        }

        if (FileKinds.ContentType(name) is not { } contentType)
        {
            return new Refusal.InvalidMany([new("file", "attachment.kind_refused", FileKinds.Extensions)]);
        }

        if (like is not null && like != contentType)
        {
            return new Refusal.Invalid("files.other_kind", "file");
        }

        return await Keep(content, head => FileKinds.Fits(name, head), ct) is not var (sha, size, kept) ? new Refusal.InvalidMany([new("file", "attachment.too_big", MostBytes / 1024 / 1024)])
            : !kept ? new Refusal.Invalid(size == 0 ? "attachment.empty" : "attachment.mismatch", "file")
            : new Taken(name, contentType, sha, size);
    }

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
