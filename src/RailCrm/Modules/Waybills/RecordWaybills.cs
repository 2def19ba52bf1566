using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>Takes waybill lines from another system or a file: finds customers and units, checks, writes; each line gets its own answer.</summary>
public sealed class RecordWaybills(CrmDb db, CustomFields fields, WaybillLedger ledger, SaveCustomer saveCustomer, TimeProvider clock, IEnumerable<IFiguresChanged> followers)
{
    /// <summary>Most lines of one request.</summary>
    public const int MostItems = 1_000;

    private const int Remembered = 50_000;

    private readonly Dictionary<string, Found> _customers = [];
    private readonly StationNames _stations = new(db);
    private readonly CustomBatch _own = new(db, fields, "waybills", "source || '\n' || external_no");
    private Dictionary<string, long>? _units;

    private readonly record struct Found(long Id, long UnitId, FieldError? Error);

    /// <summary>What a request holds.</summary>
    public sealed class Input
    {
        /// <summary>The system the lines come from; with the external number it makes a line unique.</summary>
        public string Source { get; set; } = "";

        /// <summary>At most 1,000.</summary>
        public List<WaybillDraft> Items { get; set; } = [];
    }

    /// <summary>What became of one line: what was done with it, or what is wrong with it.</summary>
    /// <param name="Outcome">Null where it was rejected.</param>
    /// <param name="Errors">Empty where it was not.</param>
    public sealed record Answer(LineOutcome? Outcome, IReadOnlyList<FieldError> Errors)
    {
        /// <summary>The line as it was written; null where it was not.</summary>
        internal WaybillLine? Line { get; init; }

        /// <summary>What stood there before; null where the line is new.</summary>
        internal WaybillLine? Before { get; init; }

        /// <summary>The customer that was made for it; null where it was known.</summary>
        internal Customer? MadeCustomer { get; init; }
    }

    /// <summary>How many customers were made on the way.</summary>
    public int CustomersCreated { get; private set; }

    /// <summary>Writes what is right and says of the rest what is wrong. Joins the transaction that is open.</summary>
    /// <param name="source">The system the lines come from.</param>
    /// <param name="drafts">The lines.</param>
    /// <param name="createCustomers">Whether a customer nobody knows is made as a potential one, rather than the line rejected.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Answer[]> Run(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, CancellationToken ct) => Run(source, drafts, createCustomers, null, withOwn: false, ct);

    /// <param name="source">The system the lines come from.</param>
    /// <param name="drafts">The lines.</param>
    /// <param name="createCustomers">Whether a customer nobody knows is made.</param>
    /// <param name="kept">Why a line that is new, or is none, is not taken; everything is where null.</param>
    /// <param name="withOwn">Whether the drafts' own fields are taken too: what a form says of them is checked and written by <see cref="SaveWaybill"/>.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<Answer[]> Run(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, Func<bool, FieldError?>? kept, bool withOwn, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return await db.Write(async () =>
        {
            var prepared = await Prepare(source, drafts, createCustomers, withOwn, ct);
            var (answers, lines, places, _) = prepared;
            await Keep(prepared, drafts, kept, ct);
            var replaced = new Dictionary<int, WaybillLine>();
            var outcomes = await ledger.Write(lines, replaced, ct, prepared.Complete);
            for (var i = 0; i < outcomes.Length; i++)
            {
                answers[places[i]] = outcomes[i] == LineOutcome.NumberTaken ? Taken(answers[places[i]])
                    : answers[places[i]] with { Outcome = outcomes[i], Line = lines[i], Before = replaced.GetValueOrDefault(i) };
            }

            return answers;
        }, ct);
    }

    private static Answer Taken(Answer answer) => answer with { Errors = [new(nameof(WaybillDraft.ExternalNo), "waybill.number_taken")] };

    /// <summary>Takes out the lines that are not wanted, and new ones without an own field that is required, before anything is written.</summary>
    private async Task Keep(Prepared prepared, IReadOnlyList<WaybillDraft> drafts, Func<bool, FieldError?>? kept, CancellationToken ct)
    {
        var (answers, lines, places, own) = prepared;
        var missing = own is null ? null : places.ConvertAll(at => _own.Missing(own[at], drafts[at].Custom, drafts[at]));
        var all = kept is null || (kept(true) ?? kept(false)) is null;
        if (all && missing?.Exists(m => m.Count > 0) != true)
        {
            return;
        }

        var looked = await ledger.Look(lines, prepared.Complete, ct);
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var isNew = looked[i] == LineOutcome.Created;
            List<FieldError> errors = !all && kept!(isNew) is { } error ? [error] : isNew && missing is not null ? missing[i] : [];
            if (errors.Count > 0)
            {
                answers[places[i]] = answers[places[i]] with { Errors = errors };
                lines.RemoveAt(i);
                places.RemoveAt(i);
            }
        }
    }

    /// <summary>Says what is wrong with each line, and writes nothing.</summary>
    /// <remarks>With <paramref name="createCustomers"/> an unknown customer is no mistake.</remarks>
    public Task<Answer[]> Preview(IReadOnlyList<WaybillDraft> drafts, bool createCustomers, CancellationToken ct) => Preview("preview", drafts, createCustomers, null, ct);

    /// <summary>As the other, and what would become of each line of that source.</summary>
    internal async Task<Answer[]> Preview(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, Func<bool, FieldError?>? kept, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        var prepared = await Prepare(source, drafts, createCustomers: null, withOwn: true, ct);
        var (answers, lines, places, _) = prepared;
        await Keep(prepared, drafts, kept, ct);
        var looked = await ledger.Look(lines, prepared.Complete, ct);
        for (var i = 0; i < looked.Length; i++)
        {
            answers[places[i]] = looked[i] == LineOutcome.NumberTaken ? Taken(answers[places[i]]) : answers[places[i]] with { Outcome = looked[i] };
        }

        for (var i = 0; createCustomers && i < answers.Length; i++)
        {
            // A customer that will be made has no line yet: the line is new unless its number is known, and then its customer was.
            answers[i] = answers[i].Errors is [{ Code: "waybill.customer_unknown" }] ? new(LineOutcome.Created, []) : answers[i] with { Errors = [.. answers[i].Errors.Where(e => e.Code != "waybill.customer_unknown")] };
        }

        return answers;
    }

    /// <summary>Drafts as lines.</summary>
    /// <param name="Answers">One for each draft.</param>
    /// <param name="Lines">Those that are right so far.</param>
    /// <param name="Places">Which draft each line was.</param>
    /// <param name="Own">What each draft says of own fields; null where none does.</param>
    private sealed record Prepared(Answer[] Answers, List<WaybillLine> Lines, List<int> Places, CustomBatch.Understood[]? Own)
    {
        /// <summary>Own fields that a line says nothing of stay as they are.</summary>
        public void Complete(int i, WaybillLine before) => Lines[i].Custom = Own is null ? before.Custom : CustomValue.With(before.Custom, Own[Places[i]].Values);
    }

    private async Task<Prepared> Prepare(string source, IReadOnlyList<WaybillDraft> drafts, bool? createCustomers, bool withOwn, CancellationToken ct)
    {
        var answers = new Answer[drafts.Count];
        var (lines, places) = (new List<WaybillLine>(drafts.Count), new List<int>(drafts.Count));
        var today = clock.Today();
        _units ??= await Units(ct);
        await Look(drafts, ct);
        await _stations.Look(drafts.SelectMany(d => new[] { d.Origin, d.Destination }), ct);
        var own = withOwn && drafts.Any(d => d.Custom is not null) ? await _own.Read([.. drafts.Select(d => new CustomBatch.Asked(d.Custom, CustomerOf(d), $"{source}\n{d.ExternalNo?.Trim()}"))], ct) : null;
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            var errors = WaybillRules.Check(draft, today);
            errors.AddRange(own?[i].Errors ?? []);
            long? unitId = null;
            if (!string.IsNullOrWhiteSpace(draft.Unit))
            {
                if (_units.TryGetValue(Key(draft.Unit), out var known))
                {
                    unitId = known;
                }
                else
                {
                    errors.Add(new(nameof(draft.Unit), "waybill.unit_unknown"));
                }
            }

            Found? customer = null;
            Customer? made = null;
            if (!string.IsNullOrWhiteSpace(draft.Customer))
            {
                var text = Key(draft.Customer);
                var known = _customers.TryGetValue(text, out var found);
                errors.AddRange(!known && own is not null ? _own.Missing(own[i], draft.Custom, draft) : []); // No customer is made for a line that will be refused.
                customer = known ? found
                    : createCustomers == true && errors.Count == 0 ? await Create(text, draft.Customer.Trim(), c => made = c, ct)
                    : new(0, 0, new(nameof(draft.Customer), "waybill.customer_unknown"));
                if (customer.Value.Error is { } error)
                {
                    errors.Add(error);
                }
            }

            if (errors.Count > 0)
            {
                answers[i] = new(null, errors);
                continue;
            }

            answers[i] = new(null, []) { MadeCustomer = made };
            places.Add(i);
            lines.Add(new()
            {
                Source = source, ExternalNo = draft.ExternalNo!.Trim(), Date = draft.Date!.Value, CustomerId = customer!.Value.Id, UnitId = unitId ?? customer.Value.UnitId,
                Service = WaybillRules.Service(draft.Service)!, Mode = WaybillRules.Mode(draft.Mode)!,
                CommodityCategory = CommodityCategories.Of(draft.Commodity), Commodity = CommodityCategories.IsCode(draft.Commodity) ? null : PlainText.Trimmed(draft.Commodity),
                Origin = _stations.Of(draft.Origin), Destination = _stations.Of(draft.Destination),
                Wagons = draft.Wagons ?? 0, Containers = draft.Containers ?? 0, TeuHundredths = (int)((draft.Teu ?? 0) * 100),
                WeightKg = draft.WeightKg ?? 0, RevenueFen = draft.RevenueFen ?? 0, CostFen = draft.CostFen ?? 0,
                ContractNo = PlainText.Trimmed(draft.Contract), Note = PlainText.Trimmed(draft.Note), Custom = own is null ? null : CustomValue.With(null, own[i].Values),
            });
        }

        return new(answers, lines, places, own);
    }

    /// <summary>The customer a draft names, as far as it was found; else 0.</summary>
    private long CustomerOf(WaybillDraft draft) => string.IsNullOrWhiteSpace(draft.Customer) ? 0 : _customers.GetValueOrDefault(Key(draft.Customer)).Id;

    /// <remarks>A text that no store keeps stays as it is: it is refused where it is checked.</remarks>
    private static string Key(string typed) => PlainText.IsStorable(typed) ? typed.Normalize(NormalizationForm.FormKC).Trim() : typed;

    private async Task<Dictionary<string, long>> Units(CancellationToken ct)
    {
        var units = await db.Set<OrgUnit>().AsNoTracking().Where(u => u.Active).Select(u => new { u.Id, u.Code, u.Name, u.Path }).ToListAsync(ct);
        var known = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var unit in units.Where(u => db.Scope.Covers(u.Path)))
        {
            known.TryAdd(Key(unit.Name), unit.Id);
        }

        foreach (var unit in units.Where(u => db.Scope.Covers(u.Path)))
        {
            known[Key(unit.Code)] = unit.Id; // A code is unique, a name may not be.
        }

        return known;
    }

    /// <summary>Finds the customers of a batch in three reads: by number, by credit code, by name.</summary>
    private async Task Look(IReadOnlyList<WaybillDraft> drafts, CancellationToken ct)
    {
        if (_customers.Count > Remembered)
        {
            _customers.Clear();
        }

        var written = new Dictionary<string, string>();
        foreach (var customer in drafts.Select(d => d.Customer).Where(c => !string.IsNullOrWhiteSpace(c) && PlainText.IsStorable(c)))
        {
            written.TryAdd(Key(customer!), customer!.Trim());
        }

        var texts = written.Keys.Where(t => !_customers.ContainsKey(t)).ToHashSet();
        if (texts.Count == 0)
        {
            return;
        }

        var numbers = texts.Where(t => t.StartsWith("KH-", StringComparison.OrdinalIgnoreCase)).ToDictionary(t => t.ToUpperInvariant(), t => t, StringComparer.Ordinal);
        if (numbers.Count > 0)
        {
            var asked = numbers.Keys.ToList();
            foreach (var c in await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(asked).Contains(c.Number)).Select(c => new { c.Id, c.UnitId, c.Number }).ToListAsync(ct))
            {
                _customers[numbers[c.Number]] = new(c.Id, c.UnitId, null);
            }
        }

        var codes = texts.Where(t => t.Length == 18).DistinctBy(UnifiedSocialCreditCode.Normalise).ToDictionary(UnifiedSocialCreditCode.Normalise, t => t, StringComparer.Ordinal);
        if (codes.Count > 0)
        {
            var asked = codes.Keys.ToList();
            foreach (var c in await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(asked).Contains(c.CreditCode!)).Select(c => new { c.Id, c.UnitId, c.CreditCode }).ToListAsync(ct))
            {
                _customers[codes[c.CreditCode!]] = new(c.Id, c.UnitId, null);
            }
        }

        var names = texts.Where(t => !_customers.ContainsKey(t)).ToList();
        if (names.Count > 0)
        {
            // 华东（上海）公司 is registered with wide brackets and often written with narrow ones: both are asked for.
            var asked = names.SelectMany(n => new[] { n, written[n].Normalize(NormalizationForm.FormC), n.Replace('(', '（').Replace(')', '）') }).Distinct().ToList();
            var found = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(asked).Contains(c.Name)).Select(c => new { c.Id, c.UnitId, c.Name }).ToListAsync(ct);
            foreach (var same in found.GroupBy(c => Key(c.Name)))
            {
                var one = same.First();
                _customers[same.Key] = same.Skip(1).Any() ? new(0, 0, new(nameof(WaybillDraft.Customer), "waybill.customer_ambiguous")) : new(one.Id, one.UnitId, null);
            }

            await LookAmongMerged(names.Where(n => !_customers.ContainsKey(n)).ToHashSet(), written, ct);
        }
    }

    /// <summary>What is still unknown may be the old number or name of a customer that became part of another.</summary>
    private async Task LookAmongMerged(HashSet<string> texts, Dictionary<string, string> written, CancellationToken ct)
    {
        var asked = texts.SelectMany(t => new[] { t, t.ToUpperInvariant(), written[t].Normalize(NormalizationForm.FormC) }).Distinct().ToList();
        foreach (var same in (await MergedInto.Named(db, asked, ct)).SelectMany(m => new[] { (Key: Key(m.Number), m.SurvivorId, m.UnitId), (Key: Key(m.Name), m.SurvivorId, m.UnitId) }).Where(m => texts.Contains(m.Key)).Distinct().GroupBy(m => m.Key))
        {
            var one = same.First();
            _customers[same.Key] = same.Skip(1).Any() ? new(0, 0, new(nameof(WaybillDraft.Customer), "waybill.customer_ambiguous")) : new(one.SurvivorId, one.UnitId, null);
        }
    }

    /// <remarks>A code or number alone makes no customer: there is no name in it.</remarks>
    private async Task<Found> Create(string text, string written, Action<Customer> tell, CancellationToken ct)
    {
        if (text.StartsWith("KH-", StringComparison.OrdinalIgnoreCase) || (text.Length == 18 && UnifiedSocialCreditCode.Check(UnifiedSocialCreditCode.Normalise(text)) == CreditCodeCheck.Valid))
        {
            return new(0, 0, new(nameof(WaybillDraft.Customer), "waybill.customer_unknown"));
        }

        var made = await saveCustomer.Run(null, null, new() { Name = written }, ct);
        db.ChangeTracker.Clear();
        if (!made.TryGet(out var customer, out var refusal))
        {
            return new(0, 0, refusal is Refusal.NeedsConfirmation { Detail: IReadOnlyList<FindDuplicates.Match> and [var match, ..] }
                ? new(nameof(WaybillDraft.Customer), "waybill.customer_similar", match.UnitName)
                : refusal is Refusal.InvalidMany { Errors: [var first, ..] } ? first with { Field = nameof(WaybillDraft.Customer) } : new(nameof(WaybillDraft.Customer), refusal.Code));
        }

        CustomersCreated++;
        tell(customer);
        return _customers[text] = new(customer.Id, customer.UnitId, null);
    }

    internal static async Task<IResult> Post(Input input, RecordWaybills useCase, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(input.Source) || input.Source.Length > WaybillLine.SourceLength || !PlainText.IsStorable(input.Source))
        {
            return Answers.Problem(new Refusal.Invalid("waybill.source_wrong", nameof(Input.Source)));
        }

        if (input.Items.Count is 0 or > MostItems)
        {
            return Answers.Problem(new Refusal.Invalid("waybill.items_wrong", nameof(Input.Items)));
        }

        var answers = await useCase.Run(input.Source.Trim(), input.Items, createCustomers: false, ct);
        foreach (var follower in useCase.Followers)
        {
            await follower.Run(ct);
        }

        return TypedResults.Ok(new BatchAnswer([.. input.Items.Zip(answers, (i, a) => new ItemAnswer(
            i.ExternalNo,
            a.Outcome is not { } outcome ? "rejected" : outcome switch { LineOutcome.Created => "created", LineOutcome.Updated => "updated", LineOutcome.Unchanged => "unchanged", LineOutcome.NumberTaken => "rejected" },
            a.Errors.Count == 0 ? null : a.Errors.GroupBy(e => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(e.Field)).ToDictionary(g => g.Key, g => g.Select(e => Platform.Text.Texts.Get(e.Code, e.Args)).ToArray())))]));
    }

    private IEnumerable<IFiguresChanged> Followers => followers;

    /// <summary>The answer to a batch, item by item in the order given.</summary>
    internal sealed record BatchAnswer(IReadOnlyList<ItemAnswer> Items);

    /// <summary>created, updated, unchanged or rejected; with what is wrong, by field.</summary>
    internal sealed record ItemAnswer(string? ExternalNo, string Outcome, Dictionary<string, string[]>? Errors);
}

/// <summary>Told when figures of some customers changed (they stand in <see cref="FiguresDue"/>): a higher module brings its own up to date.</summary>
public interface IFiguresChanged
{
    /// <summary>Works off what is due.</summary>
    Task Run(CancellationToken ct);
}
