using RailCrm.Kernel;

namespace RailCrm.Modules.Customers;

/// <summary>What the rows of a customer's lists must satisfy. No database here.</summary>
internal static class CustomerRowRules
{
    /// <summary>Most rows a list may have.</summary>
    public const int Most = 50;

    private const int WordLength = 50;

    public static bool Blank(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A station by its name alone: 高桥镇站 is 高桥镇.</summary>
    public static string Station(string? typed) => (typed ?? "").Trim() is var name && name.Length > 1 && name.EndsWith('站') ? name[..^1] : (typed ?? "").Trim();

    /// <summary>A form always sends a few empty rows; they say nothing.</summary>
    public static void DropBlank(SaveCustomer.Input input)
    {
        input.Shareholders?.RemoveAll(r => r is null || r.IsBlank);
        input.Products?.RemoveAll(r => r is null || r.IsBlank);
        input.MainStations?.RemoveAll(r => r is null || r.IsBlank);
        input.Sidings?.RemoveAll(r => r is null || r.IsBlank);
    }

    public static void Check(SaveCustomer.Input input, List<FieldError> errors)
    {
        Each(input.Shareholders, nameof(input.Shareholders), errors, (row, at) =>
        {
            Name(row.Name, $"{at}.{nameof(row.Name)}", Customer.NameLength, errors);
            Text(row.Kind, $"{at}.{nameof(row.Kind)}", WordLength, errors);
            if (row.SharePercent is null or < 0 or > 100)
            {
                errors.Add(new($"{at}.{nameof(row.SharePercent)}", "customer.percent_range"));
            }
        });
        if (input.Shareholders?.Sum(r => r?.SharePercent is >= 0 and <= 100 ? r.SharePercent : 0) > 100)
        {
            errors.Add(new(nameof(input.Shareholders), "customer.shares_sum", input.Shareholders.Sum(r => r.SharePercent)));
        }

        Each(input.Products, nameof(input.Products), errors, (row, at) =>
        {
            Name(row.Name, $"{at}.{nameof(row.Name)}", Customer.NameLength, errors);
            Text(row.Unit, $"{at}.{nameof(row.Unit)}", WordLength, errors);
            Count(row.AnnualOutput, $"{at}.{nameof(row.AnnualOutput)}", 1_000_000_000_000_000, errors);
            Count(row.StockOnHand, $"{at}.{nameof(row.StockOnHand)}", 1_000_000_000_000_000, errors);
            Date(row.AsOf, $"{at}.{nameof(row.AsOf)}", errors);
        });
        Each(input.MainStations, nameof(input.MainStations), errors, (row, at) =>
        {
            Name(row.Station, $"{at}.{nameof(row.Station)}", WordLength, errors);
            Count(row.YearlyTonnes, $"{at}.{nameof(row.YearlyTonnes)}", 1_000_000_000_000, errors);
        });
        Each(input.Sidings, nameof(input.Sidings), errors, (row, at) =>
        {
            Name(row.Name, $"{at}.{nameof(row.Name)}", Reference.Siding.NameLength, errors);
            Name(row.ConnectionStation, $"{at}.{nameof(row.ConnectionStation)}", WordLength, errors);
            Text(row.Owner, $"{at}.{nameof(row.Owner)}", Customer.NameLength, errors);
            Count(row.LengthMetres, $"{at}.{nameof(row.LengthMetres)}", 1_000_000, errors);
            Count(row.Tracks, $"{at}.{nameof(row.Tracks)}", 1_000, errors);
            Count(row.WagonsPerDay, $"{at}.{nameof(row.WagonsPerDay)}", 100_000, errors);
            Date(row.AgreementExpiresOn, $"{at}.{nameof(row.AgreementExpiresOn)}", errors);
        });
        Once(input.MainStations, nameof(input.MainStations), nameof(StationRow.Station), errors, r => $"{r.Role is StationRole.Receiving} {Station(r.Station)}");
        Once(input.Sidings, nameof(input.Sidings), nameof(SidingRow.Name), errors, r => $"{Station(r.ConnectionStation)} {r.Name?.Trim()}");
    }

    private static void Each<T>(List<T>? rows, string list, List<FieldError> errors, Action<T, string> check) where T : class
    {
        if (rows?.Count > Most)
        {
            errors.Add(new(list, "customer.rows_many", Most));
            return;
        }

        for (var i = 0; i < rows?.Count; i++)
        {
            if (rows[i] is { } row)
            {
                check(row, $"{list}[{i}]");
            }
            else
            {
                errors.Add(new($"{list}[{i}]", "customer.row_empty"));
            }
        }
    }

    private static void Once<T>(List<T>? rows, string list, string field, List<FieldError> errors, Func<T, string> key) where T : class
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < rows?.Count; i++)
        {
            if (rows[i] is { } row && !seen.Add(key(row)))
            {
                errors.Add(new($"{list}[{i}].{field}", "customer.row_twice"));
            }
        }
    }

    private static void Name(string? text, string field, int longest, List<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(new(field, "customer.row_name_missing"));
        }
        else
        {
            Text(text, field, longest, errors);
        }
    }

    private static void Text(string? text, string field, int longest, List<FieldError> errors)
    {
        if (!PlainText.IsStorable(text))
        {
            errors.Add(new(field, "customer.text_unstorable"));
        }
        else if (text?.EnumerateRunes().Count() > longest)
        {
            errors.Add(new(field, "customer.text_long", longest));
        }
    }

    private static void Count(long? count, string field, long most, List<FieldError> errors)
    {
        if (count < 0 || count > most)
        {
            errors.Add(new(field, "customer.quantity_range", most));
        }
    }

    private static void Date(DateOnly? date, string field, List<FieldError> errors)
    {
        if (date is { Year: < 1900 or > 2200 })
        {
            errors.Add(new(field, "customer.date_range"));
        }
    }
}
