using System.Globalization;

namespace RailCrm.Kernel;

/// <summary>A weight, held exactly, in kilograms.</summary>
public readonly record struct Weight(long Kg) : IComparable<Weight>
{
    /// <summary>In tonnes.</summary>
    public decimal Tonnes => Kg / 1000m;

    /// <summary>A weight in tonnes, rounded half-up to the kilogram.</summary>
    public static Weight FromTonnes(decimal tonnes) => new((long)Math.Round(tonnes * 1000, MidpointRounding.AwayFromZero));

    /// <summary>Sum.</summary>
    public static Weight operator +(Weight left, Weight right) => new(checked(left.Kg + right.Kg));

    /// <summary>Difference.</summary>
    public static Weight operator -(Weight left, Weight right) => new(checked(left.Kg - right.Kg));

    /// <summary>Less.</summary>
    public static bool operator <(Weight left, Weight right) => left.Kg < right.Kg;

    /// <summary>More.</summary>
    public static bool operator >(Weight left, Weight right) => left.Kg > right.Kg;

    /// <summary>At most.</summary>
    public static bool operator <=(Weight left, Weight right) => left.Kg <= right.Kg;

    /// <summary>At least.</summary>
    public static bool operator >=(Weight left, Weight right) => left.Kg >= right.Kg;

    /// <inheritdoc/>
    public int CompareTo(Weight other) => Kg.CompareTo(other.Kg);

    /// <summary>In tonnes, grouped by thousands.</summary>
    public override string ToString() => Tonnes.ToString("N3", CultureInfo.CurrentCulture);
}
