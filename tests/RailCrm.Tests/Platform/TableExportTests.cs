using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;

namespace RailCrm.Tests.Platform;

/// <summary>A list on its way out as a file.</summary>
public sealed class TableExportTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async IAsyncEnumerable<Cell[]> Rows(int count, Action<int> before)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            before(i);
            yield return [Cell.Whole(i), Cell.Of(random.NextInt64().ToString("x", global::System.Globalization.CultureInfo.InvariantCulture)), Cell.Of("华东钢铁有限公司")];
        }

        await Task.CompletedTask;
    }

    private static Task<JsonElement> Export(CrmApp app, string format, HttpContext http, int count, Action<int> before) => app.In(Actor.System("test"), async db =>
    {
        await new TableExport(db, "name", "Customer", "?q=x", format, ["a", "b", "c"], Rows(count, before)).ExecuteAsync(http);
        return JsonDocument.Parse((await db.Set<AuditEntry>().AsNoTracking().SingleAsync(a => a.Action == "exported", Ct)).Changes).RootElement;
    });

    [Theory, InlineData("csv"), InlineData("xlsx")]
    public async Task Rows_are_on_their_way_before_later_ones_are_read_so_that_none_are_gathered(string format)
    {
        const int Count = 100_000, Most = 5_000;
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var sent = new Sink();
        var http = new DefaultHttpContext { Response = { Body = sent } };
        var (before, since, longest) = (0L, 0, 0);

        var audit = await Export(app, format, http, Count, row =>
        {
            (before, since) = sent.Bytes > before ? (sent.Bytes, row) : (before, since);
            longest = Math.Max(longest, row - since);
        });

        Assert.InRange(longest, 1, Most);
        Assert.InRange(sent.Largest, 1, 1 << 20);
        Assert.Equal((Count, true), (audit.GetProperty("Rows")[1].GetInt32(), audit.GetProperty("Whole")[1].GetBoolean()));
    }

    [Theory, InlineData("csv"), InlineData("xlsx")]
    public async Task A_reader_who_leaves_ends_it_and_the_trail_says_how_far_it_got(string format)
    {
        const int Count = 1_000_000, Leaves = 20_000;
        await using var app = await CrmApp.Start(Engine.Sqlite);
        using var sent = new Sink();
        using var gone = new CancellationTokenSource();
        var http = new DefaultHttpContext { Response = { Body = sent }, RequestAborted = gone.Token };
        var read = 0;

        var audit = await Export(app, format, http, Count, row =>
        {
            read = row;
            if (row == Leaves)
            {
                gone.Cancel();
            }
        });

        Assert.InRange(read, Leaves, Leaves + 5_000);
        Assert.Equal((read + 1, false), (audit.GetProperty("Rows")[1].GetInt32(), audit.GetProperty("Whole")[1].GetBoolean()));
    }

    /// <summary>Takes everything, keeps nothing.</summary>
    private sealed class Sink : Stream
    {
        public long Bytes { get; private set; }

        public int Largest { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position { get => Bytes; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => (Bytes, Largest) = (Bytes + buffer.Length, Math.Max(Largest, buffer.Length));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
