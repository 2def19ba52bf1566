using System.Diagnostics;

namespace RailCrm.Benchmarks;

/// <summary>How long requests took, and how many were answered a second.</summary>
/// <param name="MedianMs">Until the page was there.</param>
/// <param name="P95Ms">The same.</param>
/// <param name="AllP95Ms">Until the answer ended: what a page tells later, such as how many rows there are in all, follows in the same answer.</param>
/// <param name="PerSecond">Whole answers.</param>
/// <param name="Count">Requests made.</param>
internal sealed record Timing(double MedianMs, double P95Ms, double AllP95Ms, double PerSecond, int Count)
{
    public static Timing Of(List<double> milliseconds, TimeSpan all) => Of([.. milliseconds.Select(m => (m, m))], all);

    public static Timing Of(List<(double Page, double All)> milliseconds, TimeSpan all)
    {
        List<double> page = [.. milliseconds.Select(m => m.Page).Order()], whole = [.. milliseconds.Select(m => m.All).Order()];
        return new(page[page.Count / 2], P95(page), P95(whole), page.Count / all.TotalSeconds, page.Count);
    }

    private static double P95(List<double> sorted) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * 0.95))];
}

/// <summary>Asks the server, one after another or several at once.</summary>
internal static class Load
{
    private static ReadOnlySpan<byte> PageEnd => "</html>"u8;

    /// <param name="client">Where to ask.</param>
    /// <param name="request">Makes the n-th request.</param>
    /// <param name="concurrency">How many at once.</param>
    /// <param name="duration">When to stop.</param>
    /// <param name="most">Stops earlier after so many.</param>
    public static async Task<Timing> Drive(HttpClient client, Func<int, HttpRequestMessage> request, int concurrency, TimeSpan duration, int most = int.MaxValue)
    {
        var (next, watch) = (-1, Stopwatch.StartNew());
        async Task<List<(double, double)>> Work()
        {
            var times = new List<(double, double)>();
            var body = new byte[8 << 20];
            while (watch.Elapsed < duration)
            {
                var n = Interlocked.Increment(ref next);
                if (n >= most)
                {
                    break;
                }

                using var ask = request(n);
                var from = Stopwatch.GetTimestamp();
                using var answer = await client.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead);
                await using var stream = await answer.Content.ReadAsStreamAsync();
                var (read, page) = (0, 0.0);
                for (int got; (got = await stream.ReadAsync(body.AsMemory(read))) > 0; read += got)
                {
                    if (page == 0 && body.AsSpan(Math.Max(0, read - PageEnd.Length), got + Math.Min(read, PageEnd.Length)).IndexOf(PageEnd) >= 0)
                    {
                        page = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
                    }
                }

                var all = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
                times.Add((page == 0 ? all : page, all));
                if (!answer.IsSuccessStatusCode)
                {
                    throw new InvalidOperationException($"{ask.RequestUri}: {(int)answer.StatusCode} {answer.Headers.Location} {System.Text.Encoding.UTF8.GetString(body, 0, Math.Min(500, read))}");
                }
            }

            return times;
        }

        var done = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(Work)));
        return Timing.Of([.. done.SelectMany(t => t)], watch.Elapsed);
    }
}
