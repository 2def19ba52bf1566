using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Reference;

/// <summary>Stations by whatever a clerk types: telegraph code, TMIS code, name, initials or pinyin; the exact hit first.</summary>
public sealed class FindStations(CrmDb db)
{
    /// <summary>Most that one answer holds.</summary>
    public const int MaxLimit = 50;

    /// <summary>A station.</summary>
    public sealed record Item(long Id, string TelegraphCode, string Name, string PinyinCode, string? TmisCode, string? City, string? BureauCode, bool? Freight);

    /// <summary>Best first; all in order of name where nothing is asked.</summary>
    public async Task<IReadOnlyList<Item>> Run(string? typed, int limit, CancellationToken ct)
    {
        limit = Math.Clamp(limit, 1, MaxLimit);
        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (!PlainText.IsStorable(text) || text.Length > 50)
        {
            return [];
        }

        text = text.EndsWith('站') && text.Length > 1 ? text[..^1] : text;
#pragma warning disable CA1308, CA1309 // Pinyin is kept in lower case; ranges are translated to SQL.
        var (upper, small) = (text.ToUpperInvariant(), text.ToLowerInvariant());
        // One index each, joined afterwards: an OR over five columns would read the whole table.
        var stations = db.Set<Station>().AsNoTracking();
        var found = new List<Station>();
        async Task Add(IQueryable<Station> some) => found.AddRange(await some.Take(limit).ToListAsync(ct));
        if (text.Length == 0)
        {
            await Add(stations.OrderBy(s => s.Name).ThenBy(s => s.Id));
        }
        else
        {
            var (end, smallEnd) = (text + Platform.Lists.Compare.Greatest, small + "~");
            var town = text + "镇"; // 高桥 means 高桥镇 first, then its namesake 高桥 itself.
            await Add(stations.Where(s => s.TelegraphCode == upper));
            await Add(stations.Where(s => s.TmisCode == text));
            await Add(stations.Where(s => string.Compare(s.Name, text) >= 0 && string.Compare(s.Name, end) < 0).OrderBy(s => s.Name == town ? 0 : 1).ThenBy(s => s.Name).ThenBy(s => s.Id));
            if (text.All(char.IsAscii))
            {
                await Add(stations.Where(s => string.Compare(s.PinyinCode, small) >= 0 && string.Compare(s.PinyinCode, smallEnd) < 0).OrderBy(s => s.PinyinCode).ThenBy(s => s.Name));
                await Add(stations.Where(s => string.Compare(s.Pinyin, small) >= 0 && string.Compare(s.Pinyin, smallEnd) < 0).OrderBy(s => s.Pinyin).ThenBy(s => s.Name));
                await Add(stations.Where(s => s.TmisCode != null && string.Compare(s.TmisCode, text) >= 0 && string.Compare(s.TmisCode, end) < 0).OrderBy(s => s.TmisCode));
            }
            else if (found.Count < limit)
            {
                await Add(stations.Where(s => s.Name.Contains(text)).OrderBy(s => s.Name).ThenBy(s => s.Id)); // Nine thousand rows: a walk of 2 ms.
            }
        }
#pragma warning restore CA1308, CA1309

        return [.. found.DistinctBy(s => s.Id).Take(limit).Select(Of)];
    }

    /// <summary>The station of that telegraph code, else of that name.</summary>
    internal static async Task<(string Code, string Name)?> Named(CrmDb db, string typed, CancellationToken ct)
    {
        var upper = typed.ToUpperInvariant();
        var found = await db.Set<Station>().AsNoTracking().Where(s => s.TelegraphCode == upper).Select(s => new { s.TelegraphCode, s.Name }).FirstOrDefaultAsync(ct)
            ?? await db.Set<Station>().AsNoTracking().Where(s => s.Name == typed).OrderBy(s => s.Id).Select(s => new { s.TelegraphCode, s.Name }).FirstOrDefaultAsync(ct);
        return found is null ? null : (found.TelegraphCode, found.Name);
    }

    private static Item Of(Station s) => new(s.Id, s.TelegraphCode, s.Name, s.PinyinCode, s.TmisCode, s.City, s.BureauCode, s.Freight);

    internal static async Task<IResult> Get(string? q, int? limit, FindStations useCase, CancellationToken ct) =>
        TypedResults.Ok(new Listing<Item>(await useCase.Run(q, limit ?? 20, ct), null));

    internal static async Task<IResult> Lookup(string? q, FindStations useCase, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        static LookupItem Item(Item s) => new(s.Id, s.Name, s.Name, $"{s.TelegraphCode} · {s.PinyinCode} · {s.City}");
        var typed = q?.Trim() ?? "";
        if (typed.Length == 0)
        {
            var ids = await opened.Chosen(db, "stations", ct);
            return LookupAnswer.Recent(ids, (await db.Set<Station>().AsNoTracking().Where(s => EF.Parameter(ids).Contains(s.Id)).ToListAsync(ct)).Select(s => Item(Of(s))));
        }

        return LookupAnswer.Of((await useCase.Run(typed, 12, ct)).Select(Item), db.Actor.May(Permission.OrganizationWrite) && typed.Length <= Station.NameLength ? (Texts.Get("station.lookup_new", typed), $"/reference/stations/new?name={Uri.EscapeDataString(typed)}") : null);
    }
}
