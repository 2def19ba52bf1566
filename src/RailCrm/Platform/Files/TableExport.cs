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
internal sealed record TableExport(CrmDb Db, string Name, string Entity, string View, string Format, IReadOnlyList<string> Headers, IAsyncEnumerable<Cell[]> Rows) : IResult
{
    /// <summary>The formats there are.</summary>
    public static readonly IReadOnlyList<string> Formats = ["xlsx", "csv"];

    private long _rows;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = Format == "csv" ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{Name}.{Format}");
        response.Headers.ContentDisposition = disposition.ToString();
        var whole = false;
        try
        {
            if (Format == "csv")
            {
                await Csv(response.Body, ct);
            }
            else
            {
                await XlsxWriter.Write(Counted(ct), response.Body, ct);
            }

            whole = true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader has left; the audit below says how far it got.
        }
        finally
        {
            var changes = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object?[]>
            {
                ["Filter"] = [null, View], ["Format"] = [null, Format], ["Rows"] = [null, _rows], ["Whole"] = [null, whole],
            });
            Db.Add(new AuditEntry(Db.Actor, Db.UtcNow, "exported", Entity, 0, null, changes));
            await Db.SaveChangesAsync(CancellationToken.None);
        }
    }

    /// <remarks>With a byte order mark: without one a spreadsheet on a Chinese system takes UTF-8 for GB18030.</remarks>
    private async Task Csv(Stream output, CancellationToken ct)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(true), 1 << 16, leaveOpen: true);
        using var chunk = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        var line = new CsvLineWriter(chunk, ',');
        await foreach (var row in Counted(ct))
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

    private async IAsyncEnumerable<Cell[]> Counted([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        yield return [.. Headers.Select(h => new Cell(h, null, CellFormat.Header))];
        await foreach (var row in Rows.WithCancellation(ct))
        {
            _rows++;
            yield return row;
        }
    }
}
