using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>What would become of customers' rows, by the same validator and the same use case, and nothing written.</summary>
internal sealed partial class CustomerTaker
{
    private readonly HashSet<long> _above = [];

    /// <remarks>A customer that stands above in the file will be there by the time its row comes, so that what is above is kept in mind: eight bytes each.</remarks>
    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        _ahead = await LookAhead(rows, withLists: false, ct);
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (known, input, contact, _) = await Read(rows[i], errors, ct);
            var warnings = Warnings(rows[i], known);
            if (errors.Count > 0 && map.Written(rows[i], "parentCustomer") is { } parent && _above.Contains(Mark(parent)))
            {
                errors.RemoveAll(e => e.Code == "customer.parent_unknown");
            }

            if (errors.Count > 0)
            {
                answers[i] = new(null, await All(errors, known, input, ct)) { Warnings = warnings };
                continue;
            }

            answers[i] = (await _save.Look(known?.Id, input, ct)).TryGet(out var changes, out var refusal)
                ? known is null ? Seen(input) ? RowAnswer.Updated with { Above = true } : RowAnswer.Created : changes || contact is not null ? RowAnswer.Updated : RowAnswer.Unchanged
                : new(null, Errors(refusal, input));
            if (answers[i].Outcome == "updated" && known is null && Import.Mode == ImportMode.Create)
            {
                answers[i] = new(null, [new("name", "import.mode_exists")]);
            }

            answers[i] = warnings.Count > 0 ? answers[i] with { Warnings = warnings } : answers[i];
        }

        _ahead = null;
        return answers;
    }

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
        return Together(errors, [.. read.SelectMany(r => r.Errors), .. refusal is null ? [] : Errors(refusal, input)]);
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

    /// <summary>Whether a row above makes this customer; from now on one does.</summary>
    private bool Seen(SaveCustomer.Input input)
    {
        var byCode = input.CreditCode is { } code && !_above.Add(Mark(code));
        var byName = !_above.Add(Mark(input.Name));
        return byCode || (input.CreditCode is null && byName);
    }

    /// <summary>FNV-1a: a million names in mind take little, and two that share a mark do no more harm than a count that is one off.</summary>
    private static long Mark(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return unchecked((long)hash);
    }
}
