using System.Security.Cryptography;

namespace RailCrm.Platform.Files;

/// <summary>Reads bytes back out of the store and proves them: each is named by the SHA-256 of what it holds.</summary>
internal static class ProvenBytes
{
    /// <summary>The bytes, once they are proved to be those that were kept; null where they are missing or spoilt, which is logged.</summary>
    public static async Task<Stream?> Open(IBlobs blobs, string sha256, ILogger log, CancellationToken ct)
    {
        if (await blobs.Open(sha256, ct) is not { } file)
        {
            log.LogError("The file {Sha256} is missing from the store.", sha256);
            return null;
        }

        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)) != sha256)
        {
            log.LogError("The file {Sha256} is damaged: what lies there is something else.", sha256);
            await file.DisposeAsync();
            return null;
        }

        file.Position = 0;
        return file;
    }
}
