using RailCrm.Platform.Files;

namespace RailCrm.Modules.Exchange;

/// <summary>Reads separated text record by record, knowing the line each begins at. Holds one record at a time; a cell that was just there is not made again.</summary>
internal sealed class CsvReader(TextReader reader, char delimiter) : IDisposable
{
    /// <summary>Longest record, characters: 500 cells of ordinary length, or a few very long ones.</summary>
    private const int LongestRecord = 1 << 20;

    private const int Remembered = 1 << 13;
    private const int RememberedLength = 24;

    private readonly List<(int Start, int Length)> _cells = [];
    private readonly string[] _seen = new string[Remembered];
    private char[] _buffer = new char[1 << 16];
    private int _base;
    private int _at;
    private int _end;
    private long _next = 1;
    private bool _finished;

    /// <summary>The line at which the record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>How many cells the record has.</summary>
    public int Count => _cells.Count;

    /// <summary>Goes to the next record. Line feed, carriage return or both end a line.</summary>
    /// <exception cref="TableFileException">The record is too long, or a quote is not closed; names the line.</exception>
    public bool Read()
    {
        _cells.Clear();
        (_base, Line) = (_at, _next);
        if (_at == _end && !Fill())
        {
            return false;
        }

        _next++;
        while (true)
        {
            var (start, length) = _buffer[_at] == '"' ? Quoted() : Plain();
            _cells.Add((start, length));
            if (_cells.Count > TableFile.MostColumns)
            {
                throw new TableFileException("import.too_many_columns", Line, TableFile.MostColumns);
            }

            if (length > TableFile.LongestCell)
            {
                throw new TableFileException("import.cell_long", Line);
            }

            if (_at == _end && !Fill())
            {
                return true;
            }

            var c = _buffer[_at++];
            if (c == delimiter)
            {
                if (_at == _end && !Fill())
                {
                    _cells.Add((_at - _base, 0));
                    return true;
                }

                continue;
            }

            if (c == '\r' && (_at < _end || Fill()) && _buffer[_at] == '\n')
            {
                _at++;
            }

            return true;
        }
    }

    /// <summary>Whether the record has nothing in it.</summary>
    public bool IsBlank => _cells.TrueForAll(c => _buffer.AsSpan(_base + c.Start, c.Length).IsWhiteSpace());

    /// <summary>The cells as text, at least so many.</summary>
    public string[] Cells(int least)
    {
        var cells = new string[Math.Max(least, _cells.Count)];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = i < _cells.Count ? Text(_buffer.AsSpan(_base + _cells[i].Start, _cells[i].Length)) : "";
        }

        return cells;
    }

    /// <summary>One cell as text; empty where the record has none there.</summary>
    public string Cell(int index) => index < _cells.Count ? Text(_buffer.AsSpan(_base + _cells[index].Start, _cells[index].Length)) : "";

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private string Text(ReadOnlySpan<char> span)
    {
        if (span.Length is 0 or > RememberedLength)
        {
            return span.Length == 0 ? "" : Shown(span.ToString());
        }

        ref var seen = ref _seen[(string.GetHashCode(span, StringComparison.Ordinal) & int.MaxValue) % Remembered];
        return seen is not null && span.SequenceEqual(seen) ? seen : span[0] is '\'' or '=' ? Shown(span.ToString()) : seen = span.ToString();
    }

    /// <summary>Without the guard against formulas, and without the ="…" that keeps a table program from making a number of digits.</summary>
    private static string Shown(string cell) =>
        cell is ['=', '"', .. var inner, '"'] && !inner.Contains('"', StringComparison.Ordinal) ? inner : FormulaGuard.Strip(cell);

    private (int Start, int Length) Plain()
    {
        var start = _at - _base;
        while (true)
        {
            var found = _buffer.AsSpan(_at, _end - _at).IndexOfAny(delimiter, '\n', '\r');
            if (found >= 0)
            {
                _at += found;
                return (start, _at - _base - start);
            }

            _at = _end;
            if (!Fill())
            {
                return (start, _at - _base - start);
            }
        }
    }

    /// <remarks>What it holds is moved together over the doubled quotes, so that a cell is one piece of the buffer.</remarks>
    private (int Start, int Length) Quoted()
    {
        var opened = _next - 1;
        _at++;
        var start = _at - _base;
        var length = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_at, _end - _at).IndexOf('"');
            var piece = found < 0 ? _end - _at : found;
            CountLines(_buffer.AsSpan(_at, piece));
            _buffer.AsSpan(_at, piece).CopyTo(_buffer.AsSpan(_base + start + length));
            (length, _at) = (length + piece, _at + piece);
            if (found < 0)
            {
                if (!Fill(opened))
                {
                    throw new TableFileException("import.quote_open", opened);
                }

                continue;
            }

            _at++;
            if ((_at == _end && !Fill(opened)) || _buffer[_at] is '\n' or '\r' || _buffer[_at] == delimiter)
            {
                return (start, length);
            }

            if (_buffer[_at] != '"')
            {
                throw new TableFileException("import.quote_open", opened);
            }

            _buffer[_base + start + length++] = '"';
            _at++;
        }
    }

    /// <summary>Lines that end inside a quoted cell.</summary>
    private void CountLines(ReadOnlySpan<char> span)
    {
        _next += span.Count('\n');
        for (var at = span.IndexOf('\r'); at >= 0 && at + 1 < span.Length; at = span.IndexOf('\r'))
        {
            _next += span[at + 1] == '\n' ? 0 : 1;
            span = span[(at + 1)..];
        }
    }

    /// <summary>Brings more of the file behind what is still needed of it; false at its end.</summary>
    private bool Fill(long? quoteOpened = null)
    {
        if (_finished)
        {
            return false;
        }

        if (_base > 0)
        {
            _buffer.AsSpan(_base, _end - _base).CopyTo(_buffer);
            (_at, _end, _base) = (_at - _base, _end - _base, 0);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestRecord)
            {
                throw quoteOpened is { } line ? new TableFileException("import.quote_open", line) : new TableFileException("import.line_long", Line);
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = reader.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _finished = read == 0;
        return read > 0;
    }
}
