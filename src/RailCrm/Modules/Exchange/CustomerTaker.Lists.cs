using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;

namespace RailCrm.Modules.Exchange;

/// <summary>What of a row goes beside the customer's own fields: lists in one cell each, the company above, the main contact.</summary>
internal sealed partial class CustomerTaker
{
    /// <summary>A contact to be written.</summary>
    /// <param name="Before">What is known of it; null where it is new.</param>
    /// <param name="FormerMain">Who is called first until now; null where nobody is, or it is the same.</param>
    /// <param name="Input">What is to be stored.</param>
    private sealed record MainContact(Contact? Before, Contact? FormerMain, SaveContact.Input Input);

    private async Task Lists(TableRow row, Customer? known, SaveCustomer.Input input, List<FieldError> errors, CancellationToken ct)
    {
        string? wrong = null;
        List<T>? Read<T>(string field, Func<string, List<T>?> read)
        {
            var rows = map.Written(row, field) is { } cell ? read(cell) : null;
            errors.AddRange(wrong is null ? [] : [new(field, "import.list_wrong", wrong, ImportKind.Named("customers")!.Fields.First(f => f.Name == field).Example)]);
            wrong = null;
            return rows;
        }

        input.Shareholders = Read("shareholders", c => CustomerCells.Shareholders(c, out wrong));
        input.Products = Read("products", c => CustomerCells.Products(c, out wrong));
        input.Sidings = Read("sidings", c => CustomerCells.Sidings(c, out wrong));
        var sending = Read("sendingStations", c => CustomerCells.Stations(c, StationRole.Sending, out wrong));
        var receiving = Read("receivingStations", c => CustomerCells.Stations(c, StationRole.Receiving, out wrong));
        if (sending is not null || receiving is not null)
        {
            // They are one list of the record and two columns of the file: the column that is empty changes nothing.
            var id = known?.Id;
            var stored = id is null || (sending is not null && receiving is not null) ? [] : await _db.Set<MainStation>().AsNoTracking().Where(s => s.CustomerId == id).OrderBy(s => s.Id).ToListAsync(ct);
            List<StationRow> Stored(bool isSending) => [.. stored.Where(s => s.Sending == isSending).Select(StationRow.Of)];
            input.MainStations = [.. sending ?? Stored(true), .. receiving ?? Stored(false)];
        }

        foreach (var siding in input.Sidings ?? [])
        {
            await Complete(siding, errors, ct);
        }
    }

    /// <summary>A siding by its name alone where only one is called so; facts the cell does not speak of stay.</summary>
    private async Task Complete(SidingRow row, List<FieldError> errors, CancellationToken ct)
    {
        var (name, station) = (row.Name, CustomerRowRules.Station(row.ConnectionStation));
        if (string.IsNullOrWhiteSpace(name) || !PlainText.IsStorable(name) || !PlainText.IsStorable(station))
        {
            return; // The rules say so.
        }

        var anywhere = station.Length == 0;
        var found = await _db.Set<Siding>().AsNoTracking().Where(s => s.Name == name && (anywhere || s.ConnectionStation == station)).OrderBy(s => s.Id).Take(2).ToListAsync(ct);
        if (anywhere && found.Count != 1)
        {
            errors.Add(new("sidings", "import.siding_station", name));
        }
        else if (found is [var siding])
        {
            row.ConnectionStation = siding.ConnectionStation;
            if (row.SaysFacts)
            {
                (row.Owner, row.LengthMetres, row.Tracks, row.WagonsPerDay, row.AgreementExpiresOn) = (row.Owner ?? siding.Owner, row.LengthMetres ?? siding.LengthMetres, row.Tracks ?? siding.Tracks, row.WagonsPerDay ?? siding.WagonsPerDay, row.AgreementExpiresOn ?? siding.AgreementExpiresOn);
            }
        }
    }

    /// <summary>The company above: number and name as the export writes them, or number, credit code or name.</summary>
    private async Task<long?> Parent(string text, List<FieldError> errors, CancellationToken ct)
    {
        if (PlainText.IsStorable(text))
        {
            var all = _db.Set<Customer>().AsNoTracking();
            var (number, name) = text.Split(' ', 2) is [var first, var rest] ? (first, rest.Trim()) : (text, text);
            var found = await all.Where(c => c.Number == number && (c.Name == name || name == number)).Select(c => c.Id).Take(1).ToListAsync(ct);
            if (found.Count == 0)
            {
                // Numbers of another database mean others here, so that then the name decides.
                List<string> names = number.StartsWith("KH-", StringComparison.Ordinal) ? [text, name] : [text];
                found = await all.Where(c => c.CreditCode == text || EF.Parameter(names).Contains(c.Name)).Select(c => c.Id).Take(2).ToListAsync(ct);
            }

            if (found is [var parent])
            {
                return parent;
            }
        }

        errors.Add(new("parentCustomer", "customer.parent_unknown"));
        return null;
    }

    /// <summary>The main contact the row names, or speaks of; null where it says nothing that was not known.</summary>
    private async Task<MainContact?> Contact(TableRow row, Customer? known, List<FieldError> errors, CancellationToken ct)
    {
        var (name, title, mobile, phone, email) = (map.Written(row, "contactName"), map.Written(row, "contactTitle"), map.Written(row, "contactMobile"), map.Written(row, "contactPhone"), map.Written(row, "contactEmail"));
        if ((name ?? title ?? mobile ?? phone ?? email) is null)
        {
            return null;
        }

        var id = known?.Id;
        var stored = id is null ? [] : _ahead is not null ? [.. _ahead.Contacts[id.Value]] : await _db.Set<Contact>().AsNoTracking().Where(k => k.CustomerId == id).OrderByDescending(k => k.IsMain).ThenBy(k => k.Id).ToListAsync(ct);
        var same = stored.Find(k => name is null ? k.IsMain : k.Name == name);
        var input = same is null ? new() : SaveContact.Said(same);
        (input.Name, input.Title, input.Mobile, input.Phone, input.Email) = (name ?? input.Name, title ?? input.Title, mobile ?? input.Mobile, phone ?? input.Phone, email ?? input.Email);
        (input.IsMain, input.Active) = (true, true);
        errors.AddRange(SaveContact.Check(input).Select(e => e with { Field = $"contact{e.Field}" }));
        return same is { IsMain: true, Active: true } && (same.Title, same.Mobile, same.Phone, same.Email) == (input.Title, input.Mobile, input.Phone, input.Email) ? null
            : new(same, stored.Find(k => k.IsMain && k != same), input);
    }

    /// <summary>The column that fills a field of the record, for errors.</summary>
    private static string FieldOf(string field, SaveCustomer.Input input)
    {
        var bracket = field.IndexOf('[', StringComparison.Ordinal);
        var sending = input.MainStations?.Count(s => s?.Role is not StationRole.Receiving) ?? 0;
        return (bracket < 0 ? field : field[..bracket]) switch
        {
            nameof(input.UnitId) => "unit",
            nameof(input.EmployeeCount) => "employees",
            nameof(input.MarketSharePercent) => "marketShare",
            nameof(input.OwnershipType) => "ownership",
            nameof(input.IndustryCode) => "industry",
            nameof(input.RegionCode) => "region",
            nameof(input.CompanyProfile) => "profile",
            nameof(input.ParentId) => "parentCustomer",
            nameof(input.MainStations) => bracket >= 0 && int.TryParse(field.AsSpan(bracket + 1, field.IndexOf(']', StringComparison.Ordinal) - bracket - 1), out var at) && at >= sending ? "receivingStations" : "sendingStations",
            var whole => whole,
        };
    }
}
