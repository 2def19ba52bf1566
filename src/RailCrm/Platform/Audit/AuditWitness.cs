using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Audit;

/// <summary>What the chain was, kept outside the database: a file in the data folder with the last seal of each day. Whoever cuts off the end of the chain, or makes all of it anew, does not match it.</summary>
internal sealed class AuditWitness(Settings settings)
{
    /// <summary>A seal as it was seen.</summary>
    public sealed record Line(DateOnly Day, long Number, string Hash);

    private static readonly Lock Gate = new();

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(settings.Home, "audit-seals.txt");

    /// <summary>What it says, oldest first.</summary>
    public IReadOnlyList<Line> Lines()
    {
        lock (Gate)
        {
            return Read();
        }
    }

    private List<Line> Read() => File.Exists(Path)
        ? [.. File.ReadAllLines(Path).Select(l => l.Split(' ')).Where(l => l.Length == 3).Select(l => new Line(DateOnly.ParseExact(l[0], "yyyy-MM-dd", CultureInfo.InvariantCulture), long.Parse(l[1], CultureInfo.InvariantCulture), l[2]))]
        : [];

    /// <summary>Notes the newest seal, in place of an earlier one of its day. What the database no longer bears out stays noted: that is what the file is for.</summary>
    public async Task Note(CrmDb db, AuditSeal seal, CancellationToken ct)
    {
        var known = Lines() is [.., var last] ? last : null;
        if (known is not null && (known.Number >= seal.Id || !await db.Set<AuditSeal>().AnyAsync(s => s.Id == known.Number && s.Hash == known.Hash, ct)))
        {
            return;
        }

        lock (Gate)
        {
            var line = new Line(BusinessCalendar.Day(seal.At), seal.Id, seal.Hash);
            var lines = Read().Where(l => l.Day != line.Day).Append(line).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Day:yyyy-MM-dd} {l.Number} {l.Hash}"));
            var next = $"{Path}.{Environment.ProcessId}";
            File.WriteAllLines(next, lines);
            File.Move(next, Path, overwrite: true);
        }
    }
}
