using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Waybills;

/// <summary>Takes waybill lines from another system or a file: finds customers and units, checks, writes; each line gets its own answer.</summary>
public sealed partial class RecordWaybills(CrmDb db, CustomFields fields, WaybillLedger ledger, SaveCustomer saveCustomer, TimeProvider clock, IEnumerable<IFiguresChanged> followers)
{
    /// <summary>Most lines of one request.</summary>
    public const int MostItems = 1_000;

    /// <summary>What a request holds.</summary>
    public sealed class Input
    {
        /// <summary>The system the lines come from; with the external number it makes a line unique.</summary>
        public string Source { get; set; } = "";

        /// <summary>At most 1,000, each a whole line: what is left out of one is taken away from the line that is there. Only own fields that are not named stay.</summary>
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

        /// <summary>Whether the line is another customer's so far; told by a preview alone.</summary>
        internal bool LeavesCustomer { get; init; }

        /// <summary>Its stations that the reference lacks, by field, unless the line has them already; told by a preview alone.</summary>
        internal IReadOnlyList<FieldError> UnknownStations { get; init; } = [];

        /// <summary>Whether a line before it makes the one it changes; told by a preview alone.</summary>
        internal bool Above { get; init; }

        /// <summary>Whether a customer would be made for it; told by a preview alone.</summary>
        internal bool MakesCustomer { get; init; }

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
    public Task<Answer[]> Run(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, CancellationToken ct) => Run(source, drafts, createCustomers, null, Extent.WithoutOwn, ct);

    /// <param name="source">The system the lines come from.</param>
    /// <param name="drafts">The lines.</param>
    /// <param name="createCustomers">Whether a customer nobody knows is made.</param>
    /// <param name="kept">Why a line that is new, or is none, is not taken; everything is where null.</param>
    /// <param name="extent">How much the drafts say: own fields of a form are checked and written by <see cref="SaveWaybill"/>, and a file's empty cells change nothing.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="import">The import whose rows they are; null where they come from elsewhere.</param>
    internal async Task<Answer[]> Run(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, Func<bool, FieldError?>? kept, Extent extent, CancellationToken ct, long? import = null)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return await db.Write(async () =>
        {
            var prepared = await Prepare(source, drafts, createCustomers, extent, ct);
            var (answers, lines, places, _) = prepared;
            await Reject(prepared, ct);
            await Keep(prepared, drafts, kept, ct);
            await Spare(source, prepared, ct);
            var replaced = new Dictionary<int, WaybillLine>();
            var outcomes = await ledger.Write(lines, replaced, ct, prepared.Complete, held: true);
            for (var i = 0; i < outcomes.Length; i++)
            {
                answers[places[i]] = Refused(outcomes[i]) is { } refused ? answers[places[i]] with { Errors = [refused] }
                    : answers[places[i]] with { Outcome = outcomes[i], Line = lines[i], Before = replaced.GetValueOrDefault(i) };
            }

            await (extent == Extent.WithoutOwn ? Task.CompletedTask : LineTrail.Write(db, import, replaced.Select(r => (r.Value, lines[r.Key])), ct)); // Whoever changes them by hand writes an entry himself.
            await SaveWaybill.Tell(db, replaced.Select(r => (r.Value, lines[r.Key])), ct);
            return answers;
        }, ct);
    }

    /// <summary>What the writer hears of a line that was left alone.</summary>
    private static FieldError? Refused(LineOutcome outcome) => outcome switch
    {
        LineOutcome.NumberTaken => new(nameof(WaybillDraft.ExternalNo), "waybill.number_taken"),
        LineOutcome.SharedStays => new(nameof(WaybillDraft.Customer), "waybill.shared_stays"),
        LineOutcome.Created or LineOutcome.Updated or LineOutcome.Unchanged => null,
    };

    /// <summary>Takes out the lines of customers that went out of the scope, or into the bin, since they were found.</summary>
    private async Task Reject(Prepared prepared, CancellationToken ct)
    {
        var (answers, lines, places, _) = prepared;
        var gone = await ledger.Hold(lines, ct);
        for (var i = lines.Count - 1; gone.Count > 0 && i >= 0; i--)
        {
            if (gone.Contains(lines[i].CustomerId))
            {
                answers[places[i]] = answers[places[i]] with { Errors = [new(nameof(WaybillDraft.Customer), "waybill.customer_unknown")] };
                lines.RemoveAt(i);
                places.RemoveAt(i);
            }
        }
    }

    /// <summary>Takes out the lines that are not wanted, and those without an own field that is required, before anything is written: of a file new ones, where it speaks of the field; of another system, which tells whole lines, every new one, and any that it would be taken from. What stood without it before is not judged anew.</summary>
    private async Task Keep(Prepared prepared, IReadOnlyList<WaybillDraft> drafts, Func<bool, FieldError?>? kept, CancellationToken ct)
    {
        var (answers, lines, places, own) = prepared;
        var whole = prepared.Extent == Extent.Whole;
        var missing = own is null || whole ? null : places.ConvertAll(at => _own.Missing(own[at], drafts[at].Custom, drafts[at]));
        var all = kept is null || (kept(true) ?? kept(false)) is null;
        if (all && missing?.Exists(m => m.Count > 0) != true && !(whole && _own.AnyRequired))
        {
            return;
        }

        var looked = await ledger.Look(lines, prepared.Complete, ct);
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var isNew = looked[i] == LineOutcome.Created;
            List<FieldError> errors = !all && kept!(isNew) is { } error ? [error]
                : whole ? Refused(looked[i]) is null ? [.. _own.Missing(lines[i].Custom, drafts[places[i]]).Where(m => isNew || drafts[places[i]].Custom?.ContainsKey(m.Field["Custom.".Length..]) == true)] : []
                : isNew && missing is not null ? missing[i] : [];
            if (errors.Count > 0)
            {
                answers[places[i]] = answers[places[i]] with { Errors = errors };
                lines.RemoveAt(i);
                places.RemoveAt(i);
            }
        }
    }

    /// <summary>Says of a file's rows what is wrong with each and what would become of it as a line of that source, and writes nothing.</summary>
    /// <remarks>With <paramref name="createCustomers"/> an unknown customer is no mistake.</remarks>
    internal async Task<Answer[]> Preview(string source, IReadOnlyList<WaybillDraft> drafts, bool createCustomers, Func<bool, FieldError?>? kept, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        var prepared = await Prepare(source, drafts, createCustomers: null, Extent.Filled, ct);
        var (answers, lines, places, _) = prepared;
        await Keep(prepared, drafts, kept, ct);
        await Spare(source, prepared, ct);
        var (leaves, met) = (new HashSet<int>(), new Dictionary<int, WaybillLine>());
        var looked = await ledger.Look(lines, (i, before) =>
        {
            prepared.Complete(i, before);
            met[i] = before;
            _ = lines[i].CustomerId != before.CustomerId && leaves.Add(i);
        }, ct);
        for (var i = 0; i < looked.Length; i++)
        {
            answers[places[i]] = answers[places[i]] with { Errors = Refused(looked[i]) is { } refused ? [refused] : [], Outcome = Refused(looked[i]) is null ? looked[i] : null, LeavesCustomer = leaves.Contains(i), Above = looked[i] == LineOutcome.Updated && !met.ContainsKey(i) };
        }

        await (createCustomers ? Foresee(source, drafts, answers, kept, ct) : Task.CompletedTask);
        await Wonder(drafts, answers, Enumerable.Range(0, lines.Count).Where(met.ContainsKey).ToDictionary(i => places[i], i => met[i]), ct);
        return answers;
    }

    /// <summary>Tells the stations that the reference lacks. They are no mistake, since a source may know more stations than the group keeps; but one mistyped would stand in every figure by station.</summary>
    private async Task Wonder(IReadOnlyList<WaybillDraft> drafts, Answer[] answers, Dictionary<int, WaybillLine> met, CancellationToken ct)
    {
        var said = answers.Select((a, i) => a.Outcome is LineOutcome.Created or LineOutcome.Updated
            ? (Origin: New(_stations.Of(drafts[i].Origin), met.GetValueOrDefault(i)?.Origin), Destination: New(_stations.Of(drafts[i].Destination), met.GetValueOrDefault(i)?.Destination)) : (Origin: "", Destination: "")).ToList();
        var unknown = await _stations.Unknown(said.SelectMany(s => new[] { s.Origin, s.Destination }), ct);
        for (var i = 0; unknown.Count > 0 && i < answers.Length; i++)
        {
            answers[i] = answers[i] with { UnknownStations = [.. new[] { ("origin", said[i].Origin), ("destination", said[i].Destination) }.Where(s => unknown.Contains(s.Item2)).Select(s => new FieldError(s.Item1, "import.station_unknown", s.Item2))] };
        }

        static string New(string station, string? before) => station == before ? "" : station;
    }

    /// <summary>What would become of lines whose customer will be made on the way: each is new unless its number is known.</summary>
    private async Task Foresee(string source, IReadOnlyList<WaybillDraft> drafts, Answer[] answers, Func<bool, FieldError?>? kept, CancellationToken ct)
    {
        var made = Enumerable.Range(0, answers.Length).Where(i => answers[i].Errors is [{ Code: "waybill.customer_unknown" }]).ToList();
        var known = new HashSet<int>();
        var looked = await ledger.Look(made.ConvertAll(i => new WaybillLine { Source = source, ExternalNo = drafts[i].ExternalNo!.Trim() }), (k, _) => known.Add(made[k]), ct);
        foreach (var (i, outcome) in made.Zip(looked))
        {
            answers[i] = (Refused(outcome) ?? kept?.Invoke(outcome == LineOutcome.Created)) is { } refused ? new(null, [refused]) : new(outcome, []) { LeavesCustomer = known.Contains(i), MakesCustomer = true, Above = outcome == LineOutcome.Updated && !known.Contains(i) };
        }

        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = answers[i] with { Errors = [.. answers[i].Errors.Where(e => e.Code != "waybill.customer_unknown")] };
        }
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

        var answers = await useCase.Run(input.Source.Trim(), input.Items, createCustomers: false, null, Extent.Whole, ct);
        foreach (var follower in useCase.Followers)
        {
            await follower.Run(ct);
        }

        return TypedResults.Ok(new BatchAnswer([.. input.Items.Zip(answers, (i, a) => new ItemAnswer(
            i.ExternalNo,
            a.Outcome is not { } outcome ? "rejected" : outcome switch { LineOutcome.Created => "created", LineOutcome.Updated => "updated", LineOutcome.Unchanged => "unchanged", LineOutcome.NumberTaken or LineOutcome.SharedStays => "rejected" },
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
