using System.Globalization;

namespace RailCrm.Kernel;

/// <summary>An amount of renminbi, held exactly, in fen (1 yuan = 100 fen).</summary>
/// <remarks>A whole number because SQLite has no decimal type: EF Core would sum decimals by calling back into .NET, past every index.</remarks>
public readonly record struct Money(long Fen) : IComparable<Money>
{
    /// <summary>Nothing.</summary>
    public static readonly Money Zero;

    /// <summary>In yuan, with two decimals.</summary>
    public decimal Yuan => Fen / 100m;

    /// <summary>An amount in yuan.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount has a fraction of a fen.</exception>
    public static Money FromYuan(decimal yuan)
    {
        var fen = yuan * 100;
        return decimal.IsInteger(fen)
            ? new((long)fen)
            : throw new ArgumentOutOfRangeException(nameof(yuan), yuan, "An amount has at most two decimal places.");
    }

    /// <summary>Sum.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.Fen + right.Fen));

    /// <summary>Difference.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.Fen - right.Fen));

    /// <summary>Less.</summary>
    public static bool operator <(Money left, Money right) => left.Fen < right.Fen;

    /// <summary>More.</summary>
    public static bool operator >(Money left, Money right) => left.Fen > right.Fen;

    /// <summary>At most.</summary>
    public static bool operator <=(Money left, Money right) => left.Fen <= right.Fen;

    /// <summary>At least.</summary>
    public static bool operator >=(Money left, Money right) => left.Fen >= right.Fen;

    /// <inheritdoc/>
    public int CompareTo(Money other) => Fen.CompareTo(other.Fen);

    /// <summary>In yuan, grouped by thousands.</summary>
    public override string ToString() => Yuan.ToString("N2", CultureInfo.CurrentCulture);
}
