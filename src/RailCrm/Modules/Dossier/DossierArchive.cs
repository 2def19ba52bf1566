using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Files;

namespace RailCrm.Modules.Dossier;

/// <summary>The documents of a dossier and all attachments as one archive, written as they are read: nothing of an attachment is held. The same state gives the same bytes.</summary>
internal static class DossierArchive
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>A line of the manifest; no bytes where the file is damaged or gone from the data folder.</summary>
    private sealed record Line(string Name, long Size, string Sha256, bool Missing);

    public static async Task Write(Stream output, DossierContent content, IReadOnlyList<(string Name, byte[] Bytes)> documents, AttachmentStore store, CancellationToken ct)
    {
        var manifest = new List<Line>();
        // The archive writes synchronously when a part ends, which a response does not allow.
        await using var waiting = new WaitingBytes();
        using (var zip = new ZipArchive(waiting, ZipArchiveMode.Create, leaveOpen: true))
        {
            await Fill(zip, content, documents, store, manifest, () => waiting.Send(output, ct), ct);
        }

        await waiting.Send(output, ct);
    }

    private static async Task Fill(ZipArchive zip, DossierContent content, IReadOnlyList<(string Name, byte[] Bytes)> documents, AttachmentStore store, List<Line> manifest, Func<Task> send, CancellationToken ct)
    {
        foreach (var (name, bytes) in documents)
        {
            manifest.Add(new(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), false));
            await Add(zip, content, name, new MemoryStream(bytes, writable: false), CompressionLevel.Optimal, send, ct);
        }

        foreach (var (file, name) in content.Files.Zip(SafeName.Distinct(content.Files.Select(f => f.FileName)), (f, n) => (f, $"attachments/{n}")))
        {
            await using var bytes = await store.Open(file.Sha256, ct);
            manifest.Add(new(name, file.SizeBytes, file.Sha256, bytes is null));
            if (bytes is not null)
            {
                await Add(zip, content, name, bytes, CompressionLevel.NoCompression, send, ct); // Pictures and office files are packed already.
            }
        }

        await Add(zip, content, "manifest.json", new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { files = manifest }, Json)), CompressionLevel.Optimal, send, ct);
    }

    private static async Task Add(ZipArchive zip, DossierContent content, string name, Stream bytes, CompressionLevel level, Func<Task> send, CancellationToken ct)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = SteadyZip.Time(content.ChangedAt);
        var buffer = new byte[81_920];
        using (var part = entry.Open())
        {
            for (int read; (read = await bytes.ReadAsync(buffer, ct)) > 0; await send())
            {
                part.Write(buffer.AsSpan(0, read));
            }
        }

        await send();
    }
}
