using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Text;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Reference.Station>;
using K = RailCrm.Platform.Lists.FieldKind;

namespace RailCrm.Modules.Reference;

/// <summary>The stations, nine thousand of them: what no index answers is walked through.</summary>
internal sealed class StationList : ListOf<Station>
{
    public override string Key => "stations";
    public override string Path => "/reference";
    public override string TextKey => "reference.stations";
    public override string Permission => Platform.Access.Permission.OrganizationRead;
    public override string Order => "name";
    public override bool HasNames => false;
    public override bool HasBoard => false;
    public override string SearchKey => "reference.find";
    public override IReadOnlyList<string> Columns { get; } = ["name", "telegraph", "pinyin", "tmis", "city", "bureau", "freight"];
    public override IReadOnlyList<string> Quick { get; } = ["bureau", "province", "freight"];
    public override IReadOnlyList<SystemView> Views { get; } = [new("all", "list.view_all", ""), new("freight", "station.freight_yes", "freight=yes")];

    protected override IReadOnlyList<ListField<Station>> Declared => Own;

    private static readonly IReadOnlyList<ListField<Station>> Own =
    [
        F.Of("name", "reference.station", K.Text, s => s.Name).Sorted().Indexed().Named(),
        F.Of("id", "list.id", K.Number, s => s.Id).Indexed().Hidden(),
        F.Of("telegraph", "reference.telegraph", K.Text, s => s.TelegraphCode).Indexed().SortedNear().Copied(),
        F.Of("pinyin", "reference.pinyin_code", K.Text, s => s.PinyinCode).Indexed().SortedNear(),
        F.Of("tmis", "station.tmis", K.Text, s => s.TmisCode).Indexed().SortedNear().Copied(),
        F.Of("city", "reference.city", K.Text, s => s.City).Indexed().SortedNear().Grouped(),
        F.Of("province", "station.province", K.Choice, s => s.ProvinceCode).Indexed().Coded(ReferenceData.RegionName, () => ReferenceData.ProvinceOptions).Grouped(),
        F.Of("bureau", "reference.bureau", K.Choice, s => s.BureauCode).Indexed().Coded(ReferenceData.BureauName, () => ReferenceData.BureauOptions).Grouped(),
        F.Of("freight", "station.freight", K.Choice, s => s.Freight == null ? "unknown" : s.Freight.Value ? "yes" : "no").Asked(["="], Freight).Coded(OfFreight, () => [.. new[] { "yes", "no", "unknown" }.Select(f => (f, OfFreight(f)!))]).Badged(f => f is "yes" ? "success" : f is "no" ? "neutral" : null).Grouped(),
        F.Of("passenger", "station.passenger", K.Flag, s => s.Passenger).Indexed().Grouped(),
    ];

    private static string? OfFreight(string code) => code switch { "yes" => Texts.Get("station.freight_yes"), "no" => Texts.Get("station.freight_no"), "unknown" => Texts.Get("station.freight_unknown"), _ => null };

    /// <summary>Open for freight, closed, or what nobody has said.</summary>
    private static Task<Result<Condition<Station>>> Freight(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var (yes, no, unknown) = (asked.Values.Contains("yes"), asked.Values.Contains("no"), asked.Values.Any(v => v is "unknown" or ""));
        return Task.FromResult<Result<Condition<Station>>>(asked.Values.FirstOrDefault(v => v is not ("yes" or "no" or "unknown" or "")) is { } wrong
            ? new Refusal.InvalidMany([new("freight", "list.value_wrong", Texts.Get("station.freight"), wrong)])
            : new Condition<Station>(s => (yes && s.Freight == true) || (no && s.Freight == false) || (unknown && s.Freight == null), null));
    }

    /// <summary>By name, initials, pinyin or code, however many have it.</summary>
    protected override async Task<Searched<Station>> Search(CrmDb db, string typed, CancellationToken ct)
    {
        var text = typed.Normalize(NormalizationForm.FormKC).Trim();
        text = text.EndsWith('站') && text.Length > 1 ? text[..^1] : text;
        if (!PlainText.IsStorable(text) || text.Length is 0 or > Station.NameLength)
        {
            return new([], []);
        }

#pragma warning disable CA1308 // Pinyin is kept in lower case.
        var (upper, small) = (text.ToUpperInvariant(), text.ToLowerInvariant());
#pragma warning restore CA1308
        return new(await db.Set<Station>().Where(s => s.Name.Contains(text) || s.TelegraphCode == upper || s.TmisCode!.StartsWith(text) || s.PinyinCode.StartsWith(small) || s.Pinyin.StartsWith(small)).Select(s => s.Id).ToListAsync(ct), []);
    }

    public override string Record(Line line) => $"/reference/stations/{line.Id}";
}
