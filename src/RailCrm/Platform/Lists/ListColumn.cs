using System.Globalization;

namespace RailCrm.Platform.Lists;

/// <summary>A column of a view, written <c>key.200.p</c>: the field, the width and a p where it is pinned.</summary>
/// <param name="Field">What it shows.</param>
/// <param name="Width">In pixels; null for what its cells need.</param>
/// <param name="Pinned">Whether it stays in sight beside the name while the others scroll.</param>
public sealed record ListColumn(ListField Field, int? Width, bool Pinned)
{
    /// <summary>More pinned columns would leave no room for those that scroll.</summary>
    public const int MostPinned = 3;

    /// <summary>Narrower and wider than this no column is read.</summary>
    public const int Narrowest = 60, Widest = 800;

    /// <summary>Reads one; null where the list has no such column.</summary>
    public static ListColumn? Read(ListOf list, string said)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(said);
        var parts = said.Split('.');
        return list.Find(parts[0]) is { IsColumn: true } field ? new(field, WidthOf(parts.Skip(1).FirstOrDefault(p => p is not "p")), parts.Skip(1).Contains("p")) : null;
    }

    /// <summary>A width as it was typed; null where it is none.</summary>
    public static int? WidthOf(string? said) => int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var width) ? Math.Clamp(width, Narrowest, Widest) : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Field.Key}{(Width is { } width ? $".{width.ToString(CultureInfo.InvariantCulture)}" : null)}{(Pinned ? ".p" : null)}";
}
