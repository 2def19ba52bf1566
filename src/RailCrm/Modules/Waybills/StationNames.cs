using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Stations by what a source calls them: name, telegraph code (电报码) or TMIS code. Asks the database once for each it meets; what is no code of a station we know stays as it is.</summary>
internal sealed class StationNames(CrmDb db)
{
    private const int Remembered = 50_000;

    private readonly Dictionary<string, string> _names = [];
    private readonly Dictionary<string, bool> _known = [];
    private bool? _isKept;

    /// <summary>Looks up all codes of a batch in two reads.</summary>
    public async Task Look(IEnumerable<string?> typed, CancellationToken ct)
    {
        if (_names.Count > Remembered)
        {
            _names.Clear();
        }

        var codes = typed.Select(t => t?.Trim()).OfType<string>().Where(MayBeCode).Select(t => t.ToUpperInvariant()).Where(t => !_names.ContainsKey(t)).Distinct().ToList();
        if (codes.Count == 0)
        {
            return;
        }

        foreach (var code in codes)
        {
            _names[code] = code;
        }

        foreach (var s in await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(codes).Contains(s.TmisCode!)).Select(s => new { s.TmisCode, s.Name }).ToListAsync(ct))
        {
            _names[s.TmisCode!] = s.Name;
        }

        foreach (var s in await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(codes).Contains(s.TelegraphCode)).Select(s => new { s.TelegraphCode, s.Name }).ToListAsync(ct))
        {
            _names[s.TelegraphCode] = s.Name;
        }
    }

    /// <summary>The station's name; empty where none is given. <see cref="Look"/> comes first.</summary>
    public string Of(string? typed)
    {
        var text = PlainText.Trimmed(typed) ?? "";
        return MayBeCode(text) && _names.TryGetValue(text.ToUpperInvariant(), out var name) && !string.Equals(name, text, StringComparison.OrdinalIgnoreCase) ? name : text;
    }

    /// <summary>Of names as lines hold them, those no station has; none where the reference holds no station at all, since then nobody keeps it.</summary>
    public async Task<IReadOnlySet<string>> Unknown(IEnumerable<string> names, CancellationToken ct)
    {
        var asked = names.Where(n => n.Length > 0).ToHashSet(StringComparer.Ordinal);
        if (asked.Count == 0 || !(_isKept ??= await db.Set<Station>().AnyAsync(ct)))
        {
            return new HashSet<string>();
        }

        if (_known.Count > Remembered)
        {
            _known.Clear();
        }

        var unasked = asked.Where(n => !_known.ContainsKey(n)).ToList();
        var found = unasked.Count == 0 ? [] : (await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(unasked).Contains(s.Name)).Select(s => s.Name).Distinct().ToListAsync(ct)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in unasked)
        {
            _known[name] = found.Contains(name);
        }

        asked.RemoveWhere(n => _known[n]);
        return asked;
    }

    private static bool MayBeCode(string text) => text.Length is >= 3 and <= 5 && text.All(char.IsAsciiLetterOrDigit);
}
