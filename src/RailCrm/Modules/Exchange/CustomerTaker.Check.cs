using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Modules.Exchange;

/// <summary>What would become of customers' rows, by the same validator and the same use case, and nothing written.</summary>
internal sealed partial class CustomerTaker
{
    private readonly HashSet<long> _above = [];

    /// <remarks>A customer that stands above in the file will be there by the time its row comes, so that what is above is kept in mind: eight bytes each.</remarks>
    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var answers = new RowAnswer[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var errors = new List<FieldError>();
            var (known, input, contact, _) = await Read(rows[i], errors, ct);
            if (errors.Count > 0 && map.Written(rows[i], "parentCustomer") is { } parent && _above.Contains(Mark(parent)))
            {
                errors.RemoveAll(e => e.Code == "customer.parent_unknown");
            }

            if (errors.Count > 0)
            {
                errors.AddRange(CustomerRules.Check(input).Select(e => e with { Field = FieldOf(e.Field, input) }));
                answers[i] = new(null, errors);
                continue;
            }

            answers[i] = (await _save.Look(known?.Id, input, ct)).TryGet(out var changes, out var refusal)
                ? known is null ? Seen(input) ? RowAnswer.Updated : RowAnswer.Created : changes || contact is not null ? RowAnswer.Updated : RowAnswer.Unchanged
                : new(null, Errors(refusal, input));
            if (answers[i].Outcome == "updated" && known is null && Import.Mode == ImportMode.Create)
            {
                answers[i] = new(null, [new("name", "import.mode_exists")]);
            }
        }

        return answers;
    }

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
