using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RailCrm.Platform.Files;

namespace RailCrm.Modules.Customers;

/// <summary>Bytes in a bucket of a store that speaks S3, so that several servers share them: <c>RAILCRM_S3_…</c>.</summary>
internal sealed class S3Blobs(IAmazonS3 client, string bucket) : IBlobs, IDisposable
{
    /// <summary>By the settings; null where no bucket is named, and the folder is used.</summary>
    /// <exception cref="InvalidOperationException">A bucket is named without key and secret.</exception>
    public static S3Blobs? From(IConfiguration configuration)
    {
        if (configuration["RAILCRM_S3_BUCKET"] is not { Length: > 0 } bucket)
        {
            return null;
        }

        if (configuration["RAILCRM_S3_KEY"] is not { Length: > 0 } key || configuration["RAILCRM_S3_SECRET"] is not { Length: > 0 } secret)
        {
            throw new InvalidOperationException("RAILCRM_S3_BUCKET needs RAILCRM_S3_KEY and RAILCRM_S3_SECRET too.");
        }

        var region = configuration["RAILCRM_S3_REGION"] is { Length: > 0 } named ? named : "us-east-1";
        var settings = new AmazonS3Config
        {
            AuthenticationRegion = region,
            ForcePathStyle = true, // Most stores of one's own have no name per bucket.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, // Not every store knows the newer ones; each object is named by its own.
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (configuration["RAILCRM_S3_ENDPOINT"] is { Length: > 0 } endpoint)
        {
            settings.ServiceURL = endpoint;
        }
        else
        {
            settings.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }

        return new(new AmazonS3Client(new BasicAWSCredentials(key, secret), settings), bucket);
    }

    public Task Put(string sha256, string file, CancellationToken ct) =>
        client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = Key(sha256), FilePath = file, ContentType = "application/octet-stream", UseChunkEncoding = false }, ct);

    public async Task<bool> Has(string sha256, CancellationToken ct)
    {
        try
        {
            await client.GetObjectMetadataAsync(bucket, Key(sha256), ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <remarks>Into a file that goes when it is closed: it is proved before the first byte is handed on.</remarks>
    public async Task<Stream?> Open(string sha256, CancellationToken ct)
    {
        FileStream? copy = null;
        try
        {
            using var answer = await client.GetObjectAsync(bucket, Key(sha256), ct);
            copy = new FileStream(Path.Combine(Path.GetTempPath(), $"railcrm-{Path.GetRandomFileName()}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81_920, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            await answer.ResponseStream.CopyToAsync(copy, ct);
            copy.Position = 0;
            return copy;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch
        {
            if (copy is not null)
            {
                await copy.DisposeAsync();
            }

            throw;
        }
    }

    public async IAsyncEnumerable<(string Sha256, DateTime PutAt)> All([EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = bucket };
        ListObjectsV2Response answer;
        do
        {
            answer = await client.ListObjectsV2Async(request, ct);
            foreach (var found in answer.S3Objects ?? [])
            {
                var name = found.Key[(found.Key.LastIndexOf('/') + 1)..];
                if (name.Length != 64 || !name.All(char.IsAsciiHexDigitLower))
                {
                    continue; // Somebody else's: a folder made in a console is a key as well.
                }

                yield return (name, found.LastModified?.ToUniversalTime() ?? DateTime.MaxValue);
            }

            request.ContinuationToken = answer.NextContinuationToken;
        }
        while (answer.IsTruncated == true);
    }

    public Task Delete(string sha256, CancellationToken ct) => client.DeleteObjectAsync(bucket, Key(sha256), ct);

    public void Dispose() => client.Dispose();

    private static string Key(string sha256) => $"{sha256[..2]}/{sha256}";
}
