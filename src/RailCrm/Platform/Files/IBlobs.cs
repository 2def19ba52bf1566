namespace RailCrm.Platform.Files;

/// <summary>Where bytes lie, each under the SHA-256 of what it holds: a folder, or a store that speaks S3.</summary>
internal interface IBlobs
{
    /// <summary>Puts a file there and leaves it where it was. What is there already is the same; it is put anew, which heals it and makes it young.</summary>
    Task Put(string sha256, string file, CancellationToken ct);

    /// <summary>Whether something lies there.</summary>
    Task<bool> Has(string sha256, CancellationToken ct);

    /// <summary>The bytes from their beginning, to be sought in; null where there are none.</summary>
    Task<Stream?> Open(string sha256, CancellationToken ct);

    /// <summary>All that lies there, with when it was put (UTC).</summary>
    IAsyncEnumerable<(string Sha256, DateTime PutAt)> All(CancellationToken ct);

    /// <summary>Takes it away.</summary>
    Task Delete(string sha256, CancellationToken ct);
}
