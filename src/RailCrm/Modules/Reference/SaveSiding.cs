using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Reference;

/// <summary>Creates or changes a siding; customers are joined to it on their own pages.</summary>
public sealed class SaveSiding(CrmDb db)
{
    /// <summary>What may be said of a siding.</summary>
    public sealed class Input
    {
        /// <summary>Its name; unique at its station.</summary>
        public string Name { get; set; } = "";

        /// <summary>接轨站.</summary>
        public string ConnectionStation { get; set; } = "";

        /// <summary>产权单位.</summary>
        public string? Owner { get; set; }

        /// <summary>Metres.</summary>
        public int? LengthMetres { get; set; }

        /// <summary>股道数.</summary>
        public int? Tracks { get; set; }

        /// <summary>Wagons a day.</summary>
        public int? WagonsPerDay { get; set; }

        /// <summary>专用线运输协议 ends on this day.</summary>
        public DateOnly? AgreementExpiresOn { get; set; }

        /// <summary>A siding as the form shows it.</summary>
        public static Input Of(Siding s)
        {
            ArgumentNullException.ThrowIfNull(s);
            return new()
            {
                Name = s.Name, ConnectionStation = s.ConnectionStation, Owner = s.Owner, LengthMetres = s.LengthMetres, Tracks = s.Tracks, WagonsPerDay = s.WagonsPerDay,
                AgreementExpiresOn = s.AgreementExpiresOn,
            };
        }
    }

    /// <summary>A siding; refused where there is none.</summary>
    public async Task<Result<Siding>> Find(long id, CancellationToken ct) =>
        await db.Set<Siding>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, ct) is { } siding ? siding : new Refusal.NotFound();

    /// <summary>Creates one where <paramref name="id"/> is null, else changes it if it still has <paramref name="version"/>.</summary>
    public async Task<Result<Siding>> Run(long? id, int? version, Input input, CancellationToken ct)
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
            return new Refusal.Invalid("siding.name_taken", nameof(Input.Name)); // Two at once: the other was first.
        }
    }

    private async Task<Result<Siding>> Save(long? id, int? version, Input input, CancellationToken ct)
    {
        var siding = id is null ? new() : await db.Set<Siding>().SingleOrDefaultAsync(s => s.Id == id, ct);
        if (siding is null)
        {
            return new Refusal.NotFound();
        }

        if (id is not null && version is not null && siding.Version != version)
        {
            return new Refusal.Stale();
        }

        var (name, station) = (input.Name.Trim(), SaveStation.NameOf(input.ConnectionStation));
        if (await db.Set<Siding>().AnyAsync(s => s.ConnectionStation == station && s.Name == name && s.Id != siding.Id, ct))
        {
            return new Refusal.Invalid("siding.name_taken", nameof(Input.Name));
        }

        (siding.Name, siding.ConnectionStation, siding.Owner) = (name, station, PlainText.Trimmed(input.Owner));
        (siding.LengthMetres, siding.Tracks, siding.WagonsPerDay, siding.AgreementExpiresOn) = (input.LengthMetres, input.Tracks, input.WagonsPerDay, input.AgreementExpiresOn);
        if (id is null)
        {
            db.Add(siding);
        }

        await db.SaveChangesAsync(ct);
        return siding;
    }

    private static List<FieldError> Check(Input input)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(input.Name) || input.Name.Length > Siding.NameLength || !PlainText.IsStorable(input.Name))
        {
            errors.Add(new(nameof(input.Name), "siding.name_wrong", Siding.NameLength));
        }

        if (string.IsNullOrWhiteSpace(input.ConnectionStation) || input.ConnectionStation.Length > Station.NameLength || !PlainText.IsStorable(input.ConnectionStation))
        {
            errors.Add(new(nameof(input.ConnectionStation), "siding.station_missing"));
        }

        if (input.Owner is { Length: > 200 } || !PlainText.IsStorable(input.Owner))
        {
            errors.Add(new(nameof(input.Owner), "siding.owner_wrong"));
        }

        foreach (var (field, number, most) in new[] { (nameof(input.LengthMetres), input.LengthMetres, 1_000_000), (nameof(input.Tracks), input.Tracks, 1_000), (nameof(input.WagonsPerDay), input.WagonsPerDay, 100_000) })
        {
            errors.AddRange(number < 0 || number > most ? [new(field, "siding.number_range", most)] : Array.Empty<FieldError>());
        }

        return errors;
    }
}
