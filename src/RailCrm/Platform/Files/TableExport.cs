using System.Text;
using Microsoft.Net.Http.Headers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Files;

/// <summary>A list taken away as a file, written as its rows are read. Whoever took it, what and how many rows stands in the audit trail, also where the reader left halfway.</summary>
/// <param name="Db">The database, as the reader sees it.</param>
/// <param name="Name">The file's name without ending.</param>
/// <param name="Entity">What is taken, for the audit.</param>
/// <param name="View">The filters, as an address holds them.</param>
/// <param name="Format">xlsx or csv.</param>
/// <param name="Headers">Names of the columns.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Customers">Whose rows they are: filled as they are read, a number for each customer. Null where no job makes it.</param>
internal sealed record TableExport(CrmDb Db, string Name, string Entity, string View, string Format, IReadOnlyList<string> Headers, IAsyncEnumerable<Cell[]> Rows, HashSet<long>? Customers = null) : IResult
{
    /// <summary>The formats there are.</summary>
    public static readonly IReadOnlyList<string> Formats = ["xlsx", "csv"];

    /// <summary>Rows between two words about how far it is.</summary>
    private const int Told = 1_000;

    /// <summary>Rows written so far.</summary>
    public long Written { get; private set; }

    /// <summary>What a browser is told of a format.</summary>
    public static string ContentType(string format) => format == "csv" ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = ContentType(Format);
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{Name}.{Format}");
        response.Headers.ContentDisposition = disposition.ToString();
        var whole = false;
        try
        {
            await Write(response.Body, null, ct);
            whole = true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader has left; the audit below says how far it got.
        }
        finally
        {
            Db.Add(Trail(whole));
            await Db.SaveChangesAsync(CancellationToken.None);
        }
    }

    /// <summary>Writes all of it; tells now and then how many rows there are, between two reads of the database.</summary>
    public Task Write(Stream output, Func<long, Task>? tell, CancellationToken ct) => Format == "csv" ? Csv(output, tell, ct) : XlsxWriter.Write(Counted(tell, ct), output, ct);

    /// <summary>What the audit trail says of it.</summary>
    public AuditEntry Trail(bool whole) => new(Db.Actor, Db.UtcNow, "exported", Entity, 0, null, System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object?[]>
    {
        ["Filter"] = [null, View], ["Format"] = [null, Format], ["Rows"] = [null, Written], ["Whole"] = [null, whole],
    }));

    /// <remarks>With a byte order mark: without one a spreadsheet on a Chinese system takes UTF-8 for GB18030.</remarks>
    private async Task Csv(Stream output, Func<long, Task>? tell, CancellationToken ct)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(true), 1 << 16, leaveOpen: true);
        using var chunk = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var line = new CsvLineWriter(chunk, ',');
        await foreach (var row in Counted(tell, ct))
        {
            line.Write([.. row.Select(c => c.Plain())]);
            if (chunk.GetStringBuilder() is { Length: > 30_000 } text)
            {
                await writer.WriteAsync(text, ct);
                text.Clear();
            }
        }

        await writer.WriteAsync(chunk.GetStringBuilder(), ct);
        await writer.FlushAsync(ct);
    }

    private async IAsyncEnumerable<Cell[]> Counted(Func<long, Task>? tell, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        yield return [.. Headers.Select(h => new Cell(h, null, CellFormat.Header))];
        await foreach (var row in Rows.WithCancellation(ct))
        {
            Written++;
            if (tell is not null && Written % Told == 0)
            {
                await tell(Written);
            }

            yield return row;
        }
    }
}
