using System.Text;

namespace RailCrm.Modules.Customers;

/// <summary>Texts in quotes, each hidden behind one character of the private area while the rest of a cell is taken apart.</summary>
internal sealed class QuotedTexts
{
    private const char First = '\uE000', Last = '\uF8FF';

    private readonly List<string> _texts = [];

    /// <summary>The cell without its quotes; null where one is not closed.</summary>
    public string? Hide(string cell)
    {
        _texts.Clear();
        var open = false;
        var (hidden, inside) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < cell.Length; i++)
        {
            var doubled = open && cell[i] == '"' && i + 1 < cell.Length && cell[i + 1] == '"';
            if (cell[i] == '"' && !doubled)
            {
                open = !open;
                _ = open ? inside.Clear() : hidden.Append(Keep(inside.ToString()));
                continue;
            }

            _ = open ? inside.Append(cell[i]) : hidden.Append(cell[i] is >= First and <= Last ? Keep(cell[i].ToString()) : cell[i]);
            i += doubled ? 1 : 0;
        }

        return open || _texts.Count > Last - First ? null : hidden.ToString();
    }

    /// <summary>A piece of the cell with what its quotes held.</summary>
    public string Shown(string piece)
    {
        var shown = new StringBuilder();
        foreach (var c in piece.Trim())
        {
            _ = c is >= First and <= Last && c - First < _texts.Count ? shown.Append(_texts[c - First]) : shown.Append(c);
        }

        return shown.ToString();
    }

    private char Keep(string text)
    {
        _texts.Add(text);
        return (char)Math.Min(First + _texts.Count - 1, Last);
    }
}
