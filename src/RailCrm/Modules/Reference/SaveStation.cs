using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>Creates or changes a station by hand; files go through the import.</summary>
public sealed class SaveStation(CrmDb db)
{
    /// <summary>What may be said of a station.</summary>
    public sealed class Input
    {
        /// <summary>电报码, three letters.</summary>
        public string TelegraphCode { get; set; } = "";

        /// <summary>Name; 站 at its end is dropped.</summary>
        public string Name { get; set; } = "";

        /// <summary>拼音码; made from the name where missing.</summary>
        public string? PinyinCode { get; set; }

        /// <summary>Full pinyin; made from the name where missing.</summary>
        public string? Pinyin { get; set; }

        /// <summary>TMIS code, five digits.</summary>
        public string? TmisCode { get; set; }

        /// <summary>City.</summary>
        public string? City { get; set; }

        /// <summary>GB/T 2260 code of the province.</summary>
        public string? ProvinceCode { get; set; }

        /// <summary>Letter of the bureau group.</summary>
        public string? BureauCode { get; set; }

        /// <summary>Serves passengers.</summary>
        public bool Passenger { get; set; }

        /// <summary>Open for freight; null where nobody knows.</summary>
        public bool? Freight { get; set; }

        /// <summary>A station as the form shows it.</summary>
        public static Input Of(Station s)
        {
            ArgumentNullException.ThrowIfNull(s);
            return new()
            {
                TelegraphCode = s.TelegraphCode, Name = s.Name, PinyinCode = s.PinyinCode, Pinyin = s.Pinyin, TmisCode = s.TmisCode, City = s.City, ProvinceCode = s.ProvinceCode,
                BureauCode = s.BureauCode, Passenger = s.Passenger, Freight = s.Freight,
            };
        }
    }

    /// <summary>A station; refused where there is none.</summary>
    public async Task<Result<Station>> Find(long id, CancellationToken ct) =>
        await db.Set<Station>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, ct) is { } station ? station : new Refusal.NotFound();

    /// <summary>Creates one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public async Task<Result<Station>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!db.Actor.May(Permission.OrganizationWrite))
        {
            return new Refusal.Forbidden();
        }

        if (Check(input) is { Count: > 0 } errors)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write(() => Save(id, version, input, ct), ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Invalid("station.telegraph_taken", nameof(Input.TelegraphCode)); // Two at once: the other was first.
        }
    }

    private async Task<Result<Station>> Save(long? id, int? version, Input input, CancellationToken ct)
    {
        var station = id is null ? new() : await db.Set<Station>().SingleOrDefaultAsync(s => s.Id == id, ct);
        if (station is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && version is not null && station.Version != version)
        {
            return new Refusal.Stale();
        }

        var code = Code(input);
        if (await db.Set<Station>().AnyAsync(s => s.TelegraphCode == code && s.Id != station.Id, ct))
        {
            return new Refusal.Invalid("station.telegraph_taken", nameof(Input.TelegraphCode));
        }

        station.TelegraphCode = code;
        station.Name = NameOf(input.Name);
#pragma warning disable CA1308 // Pinyin is kept in lower case.
        station.PinyinCode = PlainText.Trimmed(input.PinyinCode)?.ToLowerInvariant() ?? Kernel.Pinyin.Initials(station.Name);
        station.Pinyin = PlainText.Trimmed(input.Pinyin)?.ToLowerInvariant() ?? Kernel.Pinyin.Full(station.Name);
#pragma warning restore CA1308
        station.TmisCode = PlainText.Trimmed(input.TmisCode);
        station.City = PlainText.Trimmed(input.City);
        station.ProvinceCode = PlainText.Trimmed(input.ProvinceCode);
        station.BureauCode = PlainText.Trimmed(input.BureauCode);
        (station.Passenger, station.Freight) = (input.Passenger, input.Freight);
        if (id is null)
        {
            db.Add(station);
        }

        await db.SaveChangesAsync(ct);
        return station;
    }

    /// <summary>A station's name as it is kept: without 站 at its end.</summary>
    public static string NameOf(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        var name = typed.Normalize(NormalizationForm.FormKC).Trim();
        return name.Length > 1 && name.EndsWith('站') ? name[..^1] : name;
    }

    private static string Code(Input input) => input.TelegraphCode.Normalize(NormalizationForm.FormKC).Trim().ToUpperInvariant();

    private static List<FieldError> Check(Input input)
    {
        var errors = new List<FieldError>();
        if (Code(input) is not { Length: 3 } code || !code.All(char.IsAsciiLetter))
        {
            errors.Add(new(nameof(input.TelegraphCode), "station.telegraph_wrong"));
        }

        if (NameOf(input.Name) is not { Length: > 0 and <= Station.NameLength } name || !PlainText.IsStorable(name))
        {
            errors.Add(new(nameof(input.Name), "station.name_wrong", Station.NameLength));
        }

        foreach (var (field, text, longest) in new[] { (nameof(input.PinyinCode), input.PinyinCode, 20), (nameof(input.Pinyin), input.Pinyin, 200) })
        {
            errors.AddRange(PlainText.Trimmed(text) is { } pinyin && (pinyin.Length > longest || !pinyin.All(char.IsAsciiLetterOrDigit)) ? [new(field, "station.pinyin_wrong", longest)] : Array.Empty<FieldError>());
        }

        if (PlainText.Trimmed(input.TmisCode) is { } tmis && (tmis.Length != 5 || !tmis.All(char.IsAsciiDigit)))
        {
            errors.Add(new(nameof(input.TmisCode), "station.tmis_wrong"));
        }

        if (input.City is { Length: > 50 } || !PlainText.IsStorable(input.City))
        {
            errors.Add(new(nameof(input.City), "station.city_wrong"));
        }

        if (PlainText.Trimmed(input.ProvinceCode) is { } province && !(ReferenceData.IsRegion(province) && province.EndsWith("0000", StringComparison.Ordinal)))
        {
            errors.Add(new(nameof(input.ProvinceCode), "station.province_wrong"));
        }

        if (PlainText.Trimmed(input.BureauCode) is { } bureau && ReferenceData.Bureaus.All(b => b.Code != bureau))
        {
            errors.Add(new(nameof(input.BureauCode), "station.bureau_wrong"));
        }

        return errors;
    }
}
