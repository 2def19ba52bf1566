using System.Diagnostics;

namespace RailCrm.Benchmarks;

/// <summary>How long requests took, and how many were answered a second.</summary>
internal sealed record Timing(double MedianMs, double P95Ms, double PerSecond, int Count)
{
    public static Timing Of(List<double> milliseconds, TimeSpan all)
    {
        milliseconds.Sort();
        return new(milliseconds[milliseconds.Count / 2], milliseconds[Math.Min(milliseconds.Count - 1, (int)(milliseconds.Count * 0.95))], milliseconds.Count / all.TotalSeconds, milliseconds.Count);
    }
}

/// <summary>Asks the server, one after another or several at once.</summary>
internal static class Load
{
    /// <param name="client">Where to ask.</param>
    /// <param name="request">Makes the n-th request.</param>
    /// <param name="concurrency">How many at once.</param>
    /// <param name="duration">When to stop.</param>
    /// <param name="most">Stops earlier after so many.</param>
    public static async Task<Timing> Drive(HttpClient client, Func<int, HttpRequestMessage> request, int concurrency, TimeSpan duration, int most = int.MaxValue)
    {
        var (next, watch) = (-1, Stopwatch.StartNew());
        async Task<List<double>> Work()
        {
            var times = new List<double>();
            while (watch.Elapsed < duration)
            {
                var n = Interlocked.Increment(ref next);
                if (n >= most)
                {
                    break;
                }

                using var ask = request(n);
                var from = Stopwatch.GetTimestamp();
                using var answer = await client.SendAsync(ask);
                var body = await answer.Content.ReadAsByteArrayAsync();
                times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
                if (!answer.IsSuccessStatusCode)
                {
                    throw new InvalidOperationException($"{ask.RequestUri}: {(int)answer.StatusCode} {answer.Headers.Location} {System.Text.Encoding.UTF8.GetString(body)[..Math.Min(500, body.Length)]}");
                }
            }

            return times;
        }

        var all = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(Work)));
        return Timing.Of([.. all.SelectMany(t => t)], watch.Elapsed);
    }
}
