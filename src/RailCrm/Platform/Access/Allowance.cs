namespace RailCrm.Platform.Access;

/// <summary>Counts how often something happened within a window, in this process. Its keys are bounded, so that nobody fills the memory with them.</summary>
public sealed class Allowance(TimeProvider clock)
{
    private const int MostKeys = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Until, int Count)> _counts = [];

    /// <summary>Takes one; false where all <paramref name="most"/> of the window are taken.</summary>
    public bool Take(string key, int most, TimeSpan window)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_counts.TryGetValue(key, out var known) && known.Until > now)
            {
                _counts[key] = known with { Count = Math.Min(known.Count + 1, most) };
                return known.Count < most;
            }

            if (_counts.Count >= MostKeys)
            {
                Shrink(now);
            }

            _counts[key] = (now + window, 1);
            return most > 0;
        }
    }

    /// <summary>Whether all <paramref name="most"/> of the window are taken.</summary>
    public bool IsSpent(string key, int most)
    {
        lock (_lock)
        {
            return _counts.TryGetValue(key, out var known) && known.Until > clock.GetUtcNow() && known.Count >= most;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Forget(string key)
    {
        lock (_lock)
        {
            _counts.Remove(key);
        }
    }

    /// <summary>Drops what is over, and where that is not enough, the half that ends first.</summary>
    private void Shrink(DateTimeOffset now)
    {
        foreach (var key in _counts.OrderBy(c => c.Value.Until).Select((c, i) => (c.Key, c.Value.Until, i)).Where(c => c.Until <= now || c.i < MostKeys / 2).Select(c => c.Key).ToList())
        {
            _counts.Remove(key);
        }
    }
}
