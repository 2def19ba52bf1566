using Microsoft.AspNetCore.Http.Metadata;
using RailCrm.Platform;

namespace RailCrm.Modules.Exchange;

/// <summary>How large a file may come in: 2 GB, some ten million lines, and never more than the disk has room for. Asked at each request.</summary>
public sealed class UploadLimit(Settings settings) : IRequestSizeLimitMetadata
{
    /// <summary>Left free for the database and everything else.</summary>
    private const long Reserve = 500_000_000;

    /// <summary>Largest file there may be at all.</summary>
    public long MostBytes { get; set; } = 2_000_000_000;

    /// <summary>Largest file there is room for now.</summary>
    public long MostBytesNow => Math.Clamp(new DriveInfo(UploadFile.Folder(settings)).AvailableFreeSpace - Reserve, 0, MostBytes);

    /// <remarks>While a request is read its file lies on the disk twice: as it came, and under our name.</remarks>
    long? IRequestSizeLimitMetadata.MaxRequestBodySize => Math.Min(MostBytes, MostBytesNow / 2) + FormBytes;

    /// <summary>Fields and borders around the file.</summary>
    private const long FormBytes = 1_000_000;
}
