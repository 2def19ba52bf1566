using System.Runtime.CompilerServices;
using RailCrm.Platform;
using RailCrm.Platform.Files;

namespace RailCrm.Modules.Customers;

/// <summary>Bytes in <c>RAILCRM_HOME/attachments</c>.</summary>
internal sealed class FolderBlobs(Settings settings) : IBlobs
{
    private string Folder => Path.Combine(settings.Home, "attachments");

    public Task Put(string sha256, string file, CancellationToken ct)
    {
        var place = Place(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        var beside = $"{place}.{Path.GetRandomFileName()}";
        File.Copy(file, beside);
        using (var copy = new FileStream(beside, FileMode.Open, FileAccess.ReadWrite))
        {
            copy.Flush(flushToDisk: true); // Acknowledged means stored.
        }

        File.Move(beside, place, overwrite: true); // At once: whoever reads meanwhile has the whole of one or the other.
        return Task.CompletedTask;
    }

    public Task<bool> Has(string sha256, CancellationToken ct) => Task.FromResult(File.Exists(Place(sha256)));

    public Task<Stream?> Open(string sha256, CancellationToken ct)
    {
        var place = Place(sha256);
        return Task.FromResult<Stream?>(File.Exists(place) ? new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 81_920, useAsync: true) : null);
    }

    public async IAsyncEnumerable<(string Sha256, DateTime PutAt)> All([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        foreach (var file in Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories) : [])
        {
            ct.ThrowIfCancellationRequested();
            yield return (file.Name, file.LastWriteTimeUtc); // What a crash left half written has no such name in the database either.
        }
    }

    public Task Delete(string sha256, CancellationToken ct)
    {
        foreach (var file in new[] { Place(sha256), Path.Combine(Folder, sha256) }.Where(File.Exists)) // Half written ones lie on top.
        {
            File.Delete(file);
        }

        return Task.CompletedTask;
    }

    private string Place(string sha256) => Path.Combine(Folder, sha256[..2], sha256);
}
