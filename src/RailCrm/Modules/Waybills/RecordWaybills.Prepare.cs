using System.Text;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Modules.Waybills;

/// <summary>Makes lines of drafts: customers, units and stations found for a batch at once, everything checked.</summary>
public sealed partial class RecordWaybills
{
    private const int Remembered = 50_000;

    private readonly Dictionary<string, Found> _customers = [];
    private readonly StationNames _stations = new(db);
    private readonly CustomBatch _own = new(db, fields, "waybills", "source || '\n' || external_no");
    private Dictionary<string, long>? _units;

    private readonly record struct Found(long Id, long UnitId, FieldError? Error);

    /// <summary>Drafts as lines.</summary>
    /// <param name="Answers">One for each draft.</param>
    /// <param name="Lines">Those that are right so far.</param>
    /// <param name="Places">Which draft each line was.</param>
    /// <param name="Own">What each draft says of own fields; null where none does.</param>
    private sealed record Prepared(Answer[] Answers, List<WaybillLine> Lines, List<int> Places, CustomBatch.Understood[]? Own)
    {
        /// <summary>What is said of each line.</summary>
        public required IReadOnlyList<WaybillDraft> Drafts { get; init; }

        /// <summary>How much that is.</summary>
        public required Extent Extent { get; init; }

        /// <summary>Own fields that a line says nothing of stay as they are, and of a file every other field.</summary>
        public void Complete(int i, WaybillLine before)
        {
            var draft = Drafts[Places[i]];
            Lines[i].Custom = Own is null ? before.Custom : CustomValue.With(Extent == Extent.Whole ? Emptied(before.Custom, draft) : before.Custom, Own[Places[i]].Values);
            if (Extent == Extent.Filled)
            {
                draft.Keep(Lines[i], before);
            }
        }

        private static string? Emptied(string? custom, WaybillDraft draft) =>
            (draft.Custom ?? []).Where(c => string.IsNullOrWhiteSpace(c.Value)).Aggregate(custom, (json, c) => CustomValue.With(json, c.Key, null));
    }

    private async Task<Prepared> Prepare(string source, IReadOnlyList<WaybillDraft> drafts, bool? createCustomers, Extent extent, CancellationToken ct)
    {
        var answers = new Answer[drafts.Count];
        var (lines, places) = (new List<WaybillLine>(drafts.Count), new List<int>(drafts.Count));
        var today = clock.Today();
        _units ??= await Units(ct);
        var standing = await Stand(source, drafts, extent, ct);
        Fill(extent == Extent.Filled ? drafts : [], standing);
        await Look(drafts, ct);
        await _stations.Look(drafts.SelectMany(d => new[] { d.Origin, d.Destination }), ct);
        var own = extent != Extent.WithoutOwn && drafts.Any(d => d.Custom is not null) ? await _own.Read([.. drafts.Select(d => new CustomBatch.Asked(d.Custom, CustomerOf(d), $"{source}\n{d.ExternalNo?.Trim()}"))], ct) : null;
        var barred = createCustomers == true ? await Barred(source, drafts, ct) : [];
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            var errors = WaybillRules.Check(draft, today);
            errors.AddRange(own?[i].Errors ?? []);
            errors.AddRange(extent == Extent.Whole ? Unknown(draft) : []);
            long? unitId = null;
            if (!string.IsNullOrWhiteSpace(draft.Unit))
            {
                if (_units.TryGetValue(Key(draft.Unit), out var known))
                {
                    unitId = known;
                }
                else if (standing.TryGetValue(draft.ExternalNo?.Trim() ?? "", out var there) && there.IsDoneBy(draft.Unit))
                {
                    unitId = there.Line.UnitId; // Closed since, or none of the actor's: it stays who did the work.
                }
                else if (draft.FormerUnit is { } former)
                {
                    unitId = former;
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
                errors.AddRange(!known && barred.TryGetValue(draft.ExternalNo?.Trim() ?? "", out var bar) ? [bar] : []);
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

        return new(answers, lines, places, own) { Drafts = drafts, Extent = extent };
    }

    /// <summary>Why lines whose customer is yet to be made would be refused for what stands in their place, by number.</summary>
    private async Task<Dictionary<string, FieldError>> Barred(string source, IReadOnlyList<WaybillDraft> drafts, CancellationToken ct)
    {
        var numbers = drafts.Where(d => !string.IsNullOrWhiteSpace(d.Customer) && !_customers.ContainsKey(Key(d.Customer)))
            .Select(d => d.ExternalNo?.Trim()).OfType<string>().Where(n => n.Length > 0 && PlainText.IsStorable(n)).Distinct().ToList();
        var looked = numbers.Count == 0 ? [] : await ledger.Look(numbers.ConvertAll(n => new WaybillLine { Source = source, ExternalNo = n }), ct);
        return numbers.Zip(looked.Select(Refused)).Where(n => n.Second is not null).ToDictionary(n => n.First, n => n.Second!);
    }

    /// <summary>The customers that drafts name, as far as they are known.</summary>
    internal async Task<IReadOnlyList<long>> Named(IReadOnlyList<WaybillDraft> drafts, CancellationToken ct)
    {
        await Look(drafts, ct);
        return [.. drafts.Select(CustomerOf).Where(c => c > 0).Distinct()];
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
                ? match.Name is null ? new(nameof(WaybillDraft.Customer), "waybill.customer_similar", match.UnitName) : new(nameof(WaybillDraft.Customer), "waybill.customer_like", match.Number, match.Name)
                : refusal is Refusal.InvalidMany { Errors: [var first, ..] } ? first with { Field = nameof(WaybillDraft.Customer) } : new(nameof(WaybillDraft.Customer), refusal.Code));
        }

        CustomersCreated++;
        tell(customer);
        return _customers[text] = new(customer.Id, customer.UnitId, null);
    }
}
