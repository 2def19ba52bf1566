using RailCrm.Kernel;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Exchange;

/// <summary>Takes waybill lines: cells become drafts, which <see cref="RecordWaybills"/> checks and writes.</summary>
internal sealed partial class WaybillTaker(IServiceProvider services, FieldMap map, Import import, DayOrder order) : RowTaker(import)
{
    private readonly RecordWaybills _record = services.GetRequiredService<RecordWaybills>();
    private readonly Filling? _source = map["source"], _externalNo = map["externalNo"], _date = map["date"], _customer = map["customer"], _unit = map["unit"], _service = map["service"],
        _commodity = map["commodity"], _origin = map["origin"], _destination = map["destination"], _mode = map["mode"], _wagons = map["wagons"], _containers = map["containers"],
        _teu = map["teu"], _weight = map["weight"], _revenue = map["revenue"], _cost = map["cost"], _contract = map["contract"], _note = map["note"];

    /// <summary>The group's own fields that a column fills.</summary>
    private readonly IReadOnlyList<(string Key, Filling Filling)> _own = [.. services.GetRequiredService<CustomFields>().Of("waybills", services.GetRequiredService<CrmDb>().Actor).Where(f => map[f.Key] is not null).Select(f => (f.Key, map[f.Key]!))];

    public override int CustomersCreated => _record.CustomersCreated;

    public override int BatchSize => 5_000;

    public override async Task<RowAnswer[]> Take(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, drafts) = await Read(rows, ct);
        foreach (var source in drafts.GroupBy(d => d.Source))
        {
            // Where only known lines may change, no customer is made for one that is not.
            var written = await _record.Run(source.Key, [.. source.Select(d => d.Draft)], Import.CreateCustomers && Import.Mode != ImportMode.Update, Unwanted, RecordWaybills.Extent.Filled, ct, Import.Id);
            foreach (var (place, answer) in source.Zip(written, (d, w) => (d.Place, w)))
            {
                answers[place] = Of(answer) is { Outcome: not null } taken ? taken with { Made = [.. Made(answer)] } : Of(answer);
            }
        }

        return answers;
    }

    private static RowAnswer Of(RecordWaybills.Answer answer) => answer.Outcome switch
    {
        LineOutcome.Created => RowAnswer.Created, LineOutcome.Updated => RowAnswer.Updated, LineOutcome.Unchanged => RowAnswer.Unchanged,
        LineOutcome.NumberTaken or LineOutcome.SharedStays or null => new(null, answer.Errors),
    };

    private static IEnumerable<Made> Made(RecordWaybills.Answer answer)
    {
        if (answer.MadeCustomer is { } customer)
        {
            yield return new(CustomerUndo.Code, customer.Id, customer.Version);
        }

        if (answer is { Outcome: LineOutcome.Created or LineOutcome.Updated, Line: { } line })
        {
            yield return new(WaybillUndo.Code, line.Id, WaybillUndo.Sum(line), answer.Before is { } before ? Changes.Of(before, line) : null);
        }
    }

    private FieldError? Unwanted(bool isNew) => Kept("externalNo", isNew);

    public override async Task<RowAnswer[]> Preview(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var (answers, drafts) = await Read(rows, ct);
        foreach (var source in drafts.GroupBy(d => d.Source))
        {
            var looked = await _record.Preview(source.Key, [.. source.Select(d => d.Draft)], Import.CreateCustomers && Import.Mode != ImportMode.Update, Unwanted, ct);
            foreach (var ((place, _, draft), answer) in source.Zip(looked))
            {
                if (answer is { MakesCustomer: true, Errors.Count: 0 } && Like(rows[place].Number, draft.Customer!) is { } like)
                {
                    answers[place] = new(null, [like]);
                    continue;
                }

                answers[place] = (answer.Errors.Count > 0 ? new(null, answer.Errors) : Of(answer)) with { Warnings = [.. answer.LeavesCustomer ? [new FieldError("customer", "import.line_leaves")] : Array.Empty<FieldError>(), .. answer.UnknownStations], Above = answer.Above };
            }
        }

        return answers;
    }

    /// <summary>Why no customer is made for a row: one above makes another whose name differs in its legal form alone, and the run will take it for that. Null where one is made, or the same is meant.</summary>
    private FieldError? Like(long row, string customer)
    {
        var (named, core) = (customer.Normalize(System.Text.NormalizationForm.FormKC).Trim().ToUpperInvariant(), CompanyName.Normalised(customer));
        if (Above.Of("customer", named) is null && Above.Of("core", core) is { } first)
        {
            return new("customer", "import.customer_like_row", first);
        }

        Above.Add(row, "customer", named);
        Above.Add(row, "core", core);
        return null;
    }

    private async Task<(RowAnswer[] Answers, List<(int Place, string Source, WaybillDraft Draft)> Drafts)> Read(IReadOnlyList<TableRow> rows, CancellationToken ct)
    {
        var unreadable = new List<(int Place, string Source, WaybillDraft Draft)>();
        var answers = new RowAnswer[rows.Count];
        var drafts = new List<(int, string, WaybillDraft)>(rows.Count);
        var errors = new List<FieldError>();
        for (var i = 0; i < rows.Count; i++)
        {
            var (source, draft) = Draft(rows[i], errors);
            if (errors.Count > 0)
            {
                answers[i] = new(null, [.. errors]);
                unreadable.Add((i, source, draft));
                errors.Clear();
            }
            else
            {
                drafts.Add((i, source, draft));
            }
        }

        // Whoever mends a row wants to hear all that is wrong with it at once.
        foreach (var of in unreadable.GroupBy(u => u.Source))
        {
            var looked = await _record.Preview(of.Key, [.. of.Select(u => u.Draft)], Import.CreateCustomers, null, ct);
            foreach (var (place, more) in of.Zip(looked, (u, l) => (u.Place, l.Errors)))
            {
                var told = answers[place].Errors;
                answers[place] = new(null, [.. told, .. more.Where(m => told.All(t => RejectedFile.FieldName(t.Field) != RejectedFile.FieldName(m.Field)))]);
            }
        }

        return (answers, drafts);
    }

    private (string Source, WaybillDraft Draft) Draft(TableRow row, List<FieldError> errors)
    {
        var draft = new WaybillDraft
        {
            ExternalNo = _externalNo?.Clean(row), Customer = _customer?.Written(row), Unit = _unit?.Written(row), Service = _service?.Clean(row),
            Commodity = _commodity?.Written(row), Origin = _origin?.Clean(row), Destination = _destination?.Clean(row), Mode = _mode?.Clean(row),
            Contract = _contract?.Written(row), Note = _note?.Written(row),
            Date = Day(row, errors), Wagons = Whole(_wagons, row, "wagons", errors), Containers = Whole(_containers, row, "containers", errors),
            Teu = _teu?.Clean(row) is { } teu ? CellText.TryNumber(teu, out var boxes) ? boxes : Wrong<decimal>(errors, "teu", "import.number_wrong") : null,
            WeightKg = _weight?.Clean(row) is { } weight ? CellText.Kg(weight, _weight.Kg, out var kg) is { } bad ? Wrong<long>(errors, "weight", bad) : kg : null,
            RevenueFen = Fen(_revenue, row, "revenue", errors), CostFen = Fen(_cost, row, "cost", errors),
            Custom = _own.Count == 0 ? null : _own.ToDictionary(f => f.Key, f => f.Filling.Written(row)),
        };
        var source = _source?.Clean(row) ?? Import.Source;
        if (source.Length > WaybillLine.SourceLength || !PlainText.IsStorable(source))
        {
            errors.Add(new("source", "waybill.source_wrong"));
            source = Import.Source;
        }

        return (source, draft);
    }

    private DateOnly? Day(TableRow row, List<FieldError> errors) =>
        _date?.Clean(row) is not { } text ? null : CellDay.Read(text, order, out var day) is { } bad ? Wrong<DateOnly>(errors, "date", bad) : day;

    private static long? Fen(Filling? filling, TableRow row, string field, List<FieldError> errors) =>
        filling?.Clean(row) is not { } text ? null : CellText.Fen(text, filling.Yuan, out var fen) is { } bad ? Wrong<long>(errors, field, bad) : fen;

    private static int? Whole(Filling? filling, TableRow row, string field, List<FieldError> errors) =>
        filling?.Clean(row) is not { } text ? null : CellText.TryNumber(text, out var n) && decimal.IsInteger(n) && Math.Abs(n) < 1_000_000_000 ? (int)n : Wrong<int>(errors, field, "import.number_wrong");

    private static T? Wrong<T>(List<FieldError> errors, string field, string code) where T : struct
    {
        errors.Add(new(field, code));
        return null;
    }
}
