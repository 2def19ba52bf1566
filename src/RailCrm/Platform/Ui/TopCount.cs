using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui;

/// <summary>A count at the top of every page that leads to what it counts; a module registers its own, and it is asked for on every page.</summary>
/// <param name="TextKey">What it is called.</param>
/// <param name="CountedKey">The same with how many there are.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Most">Beyond this it says no number.</param>
/// <param name="Count">How many, at most one more than <paramref name="Most"/>; by services of its own, since the page beside it reads at the same time.</param>
public sealed record TopCount(string TextKey, string CountedKey, string Href, string Icon, string Permission, int Most, Func<IServiceProvider, CancellationToken, Task<int>> Count);

/// <summary>Lets the counts be asked anew, for a page that shows what it did without leaving: it was drawn with the counts of before.</summary>
public sealed class TopRefresh
{
    private Func<Task>? _ask;

    internal void On(Func<Task> ask) => _ask = ask;

    /// <summary>Asks them anew.</summary>
    public Task Ask() => _ask?.Invoke() ?? Task.CompletedTask;
}
