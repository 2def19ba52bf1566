namespace RailCrm.Platform.Files;

/// <summary>Keeps a table program from running a cell of a text file as a formula, and takes the guard off again when the file comes back.</summary>
/// <remarks>The guard is an apostrophe. A text that already reads like a guarded one gets another, so that <c>Strip(Guard(x)) == x</c> for every x.</remarks>
public static class FormulaGuard
{
    /// <summary>The cell as it may be written.</summary>
    public static string Guard(string cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return IsDangerous(cell) ? "'" + cell : cell;
    }

    /// <summary>The cell as it was before it was guarded.</summary>
    public static string Strip(string cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return cell.Length > 1 && cell[0] == '\'' && IsDangerous(cell.AsSpan(1)) ? cell[1..] : cell;
    }

    private static bool IsDangerous(ReadOnlySpan<char> cell)
    {
        while (cell.Length > 1 && cell[0] == '\'')
        {
            cell = cell[1..];
        }

        if (cell.Length == 0 || !MayBegin(cell[0]))
        {
            return false;
        }

        var text = cell.TrimStart();
        return text.Length != 0 && (cell[0] is '\t' or '\r' or '\n' || (text[0] is '=' or '@' or '＝' or '＠') || (text[0] is '+' or '-' or '＋' or '－' && !IsNumber(text)));
    }

    /// <remarks>Asked first because nearly every cell begins with a letter or a digit.</remarks>
    private static bool MayBegin(char c) => c is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' || char.IsWhiteSpace(c);

    /// <summary>A signed number is a number and stays one.</summary>
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var c in text[1..].TrimEnd())
        {
            if (char.IsAsciiDigit(c))
            {
                digits++;
            }
            else if (c is not ('.' or ',' or '%'))
            {
                return false;
            }
        }

        return digits > 0 && text[0] is '+' or '-';
    }
}
