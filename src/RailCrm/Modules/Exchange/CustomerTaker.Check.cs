using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>What would become of customers' rows, by the same validator and the same use case, and nothing written.</summary>
internal sealed partial class CustomerTaker
{
    /// <remarks>A customer that stands above in the file will be there by the time its row comes, so that rows are compared with those above them as with what is there.</remarks>
    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        _ahead = await LookAhead(rows, withLists: false, ct);
        await ReadPools(rows, hold: false, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            answers[i] = await Preview(rows[i], ct);
            Note(rows[i], isRight: answers[i].Outcome is not null);
        }

        _ahead = null;
        return answers;
    }

    private async Task<RowAnswer> Preview(TableRow row, CancellationToken ct)
    {
        var errors = new List<FieldError>();
        var (known, input, contact, _) = await Read(row, errors, ct);
        var warnings = Warnings(row, known);
        if (errors.Count > 0 && map.Written(row, "parentCustomer") is { } parent && (Above.Of("code", parent) ?? Above.Of("named", Narrow(parent))) is not null)
        {
            errors.RemoveAll(e => e.Code == "customer.parent_unknown");
        }

        var above = known is null ? Same(input) : null;
        if (above is not null)
        {
            errors.RemoveAll(e => e.Code == "import.mode_missing");
            errors.AddRange(Import.Mode == ImportMode.Create ? [new FieldError("name", "import.row_exists", above)] : []);
        }

        if (errors.Count > 0)
        {
            return new(null, await All(errors, known, input, ct)) { Warnings = warnings };
        }

        if (!(await _save.Look(known?.Id, input, ct)).TryGet(out var changes, out var refusal))
        {
            return new(null, Together([.. Errors(refusal, input)], await All([], known, input, ct))) { Warnings = warnings };
        }

        if (above is { } first)
        {
            return RowAnswer.Updated with { Above = true, AboveRow = first, Warnings = Above.Of("core", Core(input.Name)) == first ? [] : [new("name", "import.code_of_row", first)] };
        }

        if (known is null)
        {
            return Likely(known, input) is { Count: > 0 } likely ? new(null, likely) : RowAnswer.Created;
        }

        return changes || contact is not null ? RowAnswer.Updated with { Warnings = warnings } : warnings.Count > 0 ? RowAnswer.Unchanged with { Warnings = warnings } : RowAnswer.Unchanged;
    }

    /// <summary>The row above that makes the customer which the run will then find: by credit code, else by name where one of the two says no code.</summary>
    private long? Same(SaveCustomer.Input input) => input.CreditCode is { } code
        ? Above.Of("code", code) ?? Above.Of("bare", Narrow(input.Name))
        : Above.Of("named", Narrow(input.Name));

    /// <summary>Why the run would take a new customer for the one of a row above; nothing where it would not, or somebody gave the reason.</summary>
    private IReadOnlyList<FieldError> Likely(Customer? known, SaveCustomer.Input input) => known is not null || !string.IsNullOrWhiteSpace(input.DuplicateReason) || Same(input) is not null ? []
        : Above.Of("core", Core(input.Name)) is { } named ? [new("name", "import.like_row.name", named)]
        : Above.Of("phone", PhoneNumber.Digits(input.Phone)) is { } called ? [new("phone", "import.like_row.phone", called)]
        : [];

    public override void Note(TableRow row, bool isRight = true)
    {
        var (code, name) = (map.Clean(row, "creditCode") is { } typed ? UnifiedSocialCreditCode.Normalise(typed) : null, map.Written(row, "name"));
        Above.Add(row.Number, "code", code, isRight);
        Above.Add(row.Number, "named", Narrow(name), isRight);
        Above.Add(row.Number, "bare", code is null ? Narrow(name) : null, isRight);
        Above.Add(row.Number, "core", Core(name), isRight);
        foreach (var field in new[] { "phone", "contactMobile", "contactPhone" })
        {
            Above.Add(row.Number, "phone", PhoneNumber.Digits(map.Written(row, field)), isRight);
        }
    }

    /// <summary>A name as names are found by, whatever its brackets.</summary>
    private static string? Narrow(string? name) => PlainText.IsStorable(name) ? name?.Normalize(System.Text.NormalizationForm.FormKC) : null;

    /// <summary>A name without its legal form.</summary>
    private static string? Core(string? name) => name is not null && PlainText.IsStorable(name) ? CompanyName.Normalised(name) : null;

    /// <summary>What could not be read, and what is wrong with the rest: whoever mends a row wants to hear all of it at once.</summary>
    /// <remarks>Of a row whose customer is not found, or that the import keeps out, the rules alone: what the rest would be saved to is not known.</remarks>
    private async Task<IReadOnlyList<FieldError>> All(List<FieldError> errors, Customer? known, SaveCustomer.Input input, CancellationToken ct)
    {
        if (errors.Exists(e => e.Code is "common.not_found" or "import.mode_exists" or "import.mode_missing"))
        {
            return Ruled(errors, input);
        }

        var own = input.Custom;
        var read = own is null ? [] : await new CustomBatch(_db, _fields, "customers", "CAST(id AS text)").Read([new(own, known?.Id ?? 0, $"{known?.Id}")], ct);
        input.Custom = null; // Wrong ones are named already, and the rest of them need not be told twice.
        var refusal = (await _save.Look(known?.Id, input, ct)).Refusal;
        input.Custom = own;
        return Together(errors, [.. read.SelectMany(r => r.Errors), .. refusal is null ? [] : Errors(refusal, input), .. Likely(known, input)]);
    }

    /// <summary>What could not be read, and what breaks a rule: as much as is told without a question to the database.</summary>
    private static IReadOnlyList<FieldError> Ruled(List<FieldError> errors, SaveCustomer.Input input) =>
        Together(errors, CustomerRules.Check(input) is { Count: > 0 } broken ? Errors(new Refusal.InvalidMany(broken), input) : []);

    /// <summary>The second only of fields that the first says nothing of.</summary>
    private static IReadOnlyList<FieldError> Together(List<FieldError> errors, IReadOnlyList<FieldError> more) =>
        [.. errors, .. more.Where(m => errors.All(e => RejectedFile.FieldName(e.Field) != RejectedFile.FieldName(m.Field)))];

    /// <summary>A number or a credit code names one customer, and the row calls it another. Of one that was merged the row has the old name.</summary>
    private IReadOnlyList<FieldError> Warnings(TableRow row, Customer? known) =>
        known is not null && (map.Clean(row, "number") is { } number ? known.Number == number : map.Clean(row, "creditCode") is { } code && known.CreditCode == UnifiedSocialCreditCode.Normalise(code))
            ? Named(map.Written(row, "name"), known.Name, "import.name_differs") : [];
}
