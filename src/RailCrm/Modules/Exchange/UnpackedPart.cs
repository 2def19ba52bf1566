namespace RailCrm.Modules.Exchange;

/// <summary>A part of a workbook while it is unpacked: counts what really comes out, whatever the archive's directory says.</summary>
/// <param name="inner">What unpacks it.</param>
/// <param name="most">Bytes it may have.</param>
internal sealed class UnpackedPart(Stream inner, long most) : Stream
{
    /// <summary>A cell has at most 32,767 characters, so no two brackets of a sheet's XML stand further apart; an XML reader would keep all between them.</summary>
    private const int MostBetweenBrackets = 1 << 20;

    private long _read;
    private long _sinceBracket;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _read += read;
        var last = buffer[..read].LastIndexOfAny((byte)'<', (byte)'>');
        _sinceBracket = last < 0 ? _sinceBracket + read : read - last;
        return _read > most || _sinceBracket > MostBetweenBrackets ? throw new TableFileException("import.xlsx_too_large") : read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
