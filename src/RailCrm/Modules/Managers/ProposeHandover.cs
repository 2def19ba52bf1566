using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Managers;

/// <summary>Spreads all that hangs on a person over those who are to take it, and asks them. Nothing moves before they say yes.</summary>
internal sealed class ProposeHandover(CrmDb db, IEnumerable<IHandsOver> hands, IHandoverPools pools)
{
    /// <summary>Receivers of one handover.</summary>
    public const int MostReceivers = 50;

    /// <summary>A handover as it is said.</summary>
    public sealed class Input
    {
        /// <summary>Who hands over: sign-in name, employee number, or a name that only one bears.</summary>
        public string? From { get; set; }

        /// <summary>Who takes over, several with commas between them; colleagues of the same unit.</summary>
        public string? To { get; set; }

        /// <summary>A public pool, by name, that takes the customers for which the leaver alone answers at their own unit; the rest goes to the receivers. None where missing.</summary>
        public string? Pool { get; set; }

        /// <summary>How it is spread over them.</summary>
        public HandoverRule Rule { get; set; }

        /// <summary>Whether the person leaves the group.</summary>
        public bool Leaves { get; set; }

        /// <summary>What those concerned should know.</summary>
        public string? Note { get; set; }
    }

    /// <summary>What one receiver would get.</summary>
    /// <param name="Receiver">Who.</param>
    /// <param name="Before">Customers he answers for now.</param>
    /// <param name="Counts">How much of each kind he would get.</param>
    /// <param name="RevenueFen">What the customers brought in over the trailing twelve months, fen.</param>
    public sealed record Share(ManagerCandidates.Person Receiver, int Before, IReadOnlyDictionary<string, int> Counts, long RevenueFen);

    /// <summary>What a pool would get.</summary>
    /// <param name="Name">The pool.</param>
    /// <param name="Customers">How many customers.</param>
    /// <param name="RevenueFen">What they brought in over the trailing twelve months, fen.</param>
    public sealed record PoolShare(string Name, int Customers, long RevenueFen);

    /// <summary>A handover before it is asked for.</summary>
    public sealed record Preview(long FromUserId, string From, IReadOnlyList<(string Kind, string TextKey, int Count)> Hanging, IReadOnlyList<Share> Shares, PoolShare? Pool);

    /// <summary>Whom a row goes to: a person, or the pool where that is 0.</summary>
    private const long ThePool = 0;

    private sealed record Plan(User From, IReadOnlyList<ManagerCandidates.Person> Receivers, IReadOnlyList<(IHandsOver Hand, IReadOnlyList<Handed> Rows)> Rows, Dictionary<(string Kind, long Record), long> Gets, Dictionary<long, int> Before, Dictionary<long, long> Revenue, (long Id, string Name)? Pool);

    /// <summary>What hangs on somebody within the actor's units.</summary>
    public async Task<Result<(User Person, IReadOnlyList<(string Kind, string TextKey, int Count)> Hanging)>> Look(string? typed, CancellationToken ct)
    {
        if (!(await Leaver(typed, ct)).TryGet(out var from, out var refusal))
        {
            return refusal;
        }

        var hanging = new List<(string, string, int)>();
        foreach (var hand in hands)
        {
            hanging.Add((hand.Kind, hand.TextKey, await hand.Count(db, from.Id, ct)));
        }

        return (from, hanging);
    }

    /// <summary>Who would get what. Writes nothing.</summary>
    public async Task<Result<Preview>> Show(Input input, CancellationToken ct) => (await Read(input, ct)).TryGet(out var plan, out var refusal)
        ? new Preview(plan.From.Id, plan.From.DisplayName, [.. plan.Rows.Where(r => r.Rows.Count > 0).Select(r => (r.Hand.Kind, r.Hand.TextKey, r.Rows.Count))], [.. plan.Receivers.Select(p => new Share(p, plan.Before.GetValueOrDefault(p.Id),
            plan.Gets.Where(g => g.Value == p.Id).GroupBy(g => g.Key.Kind).ToDictionary(g => g.Key, g => g.Count()),
            Revenue(plan, p.Id)))], plan.Pool is { } pool ? new(pool.Name, plan.Gets.Count(g => g.Value == ThePool), Revenue(plan, ThePool)) : null)
        : refusal;

    private static long Revenue(Plan plan, long to) =>
        plan.Rows.SelectMany(r => r.Rows.Where(row => row.CustomerId is not null && plan.Gets[(r.Hand.Kind, row.RecordId)] == to)).Select(row => row.CustomerId!.Value).Distinct().Sum(c => plan.Revenue.GetValueOrDefault(c));

    /// <summary>Writes it down and asks the receivers.</summary>
    public Task<Result<Handover>> Run(Input input, CancellationToken ct) => db.Write<Result<Handover>>(async () =>
    {
        if (!(await Read(input, ct)).TryGet(out var plan, out var refusal))
        {
            return refusal;
        }

        await db.Alone($"handover:{plan.From.Id}", ct);
        var from = plan.From.Id;
        if (await db.Set<Handover>().AnyAsync(h => h.FromUserId == from && h.Parts.Any(p => p.State == HandoverState.Proposed || p.State == HandoverState.Declined), ct))
        {
            return new Refusal.Conflict("handover.open_already");
        }

        if (plan.Gets.Count == 0)
        {
            return new Refusal.Conflict("handover.nothing");
        }

        var handover = new Handover
        {
            Number = $"JJ-{Guid.NewGuid():N}"[..20], FromUserId = from, UnitId = plan.From.UnitId, Leaves = input.Leaves, Note = PlainText.Trimmed(input.Note), Rule = input.Rule, CreatedBy = db.Actor.UserId, CreatedAt = db.UtcNow,
            Parts = [.. plan.Gets.Values.Distinct().Order().Select(u => u == ThePool ? new HandoverPart { UserId = db.Actor.UserId, PoolId = plan.Pool!.Value.Id } : new HandoverPart { UserId = u })],
        };
        db.Add(handover);
        await db.SaveChangesAsync(ct);
        handover.Number = string.Create(CultureInfo.InvariantCulture, $"JJ-{handover.Id:0000000}");
        var parts = handover.Parts.ToDictionary(p => p.PoolId is null ? p.UserId : ThePool, p => p.Id);
        db.AddRange(plan.Rows.SelectMany(r => r.Rows.Select(row => new HandoverItem { HandoverId = handover.Id, PartId = parts[plan.Gets[(r.Hand.Kind, row.RecordId)]], Kind = r.Hand.Kind, RecordId = row.RecordId, CustomerId = row.CustomerId })));
        await db.SaveChangesAsync(ct);
        return handover;
    }, ct);

    private async Task<Result<User>> Leaver(string? typed, CancellationToken ct)
    {
        var text = (typed ?? "").Trim();
        if (text.Length == 0)
        {
            return new Refusal.Invalid("handover.from_missing", nameof(Input.From));
        }

        // An account that is closed already may still have something on it.
        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var upper = (text.EndsWith(')') && text.LastIndexOf('(') is > 0 and var at ? text[(at + 1)..^1] : text).ToUpperInvariant();
        var people = await db.Set<User>().Where(u => units.Contains(u.UnitId) && (u.NormalizedUserName == upper || u.DisplayName == text || db.Set<Employee>().Any(e => e.UserId == u.Id && e.Number == text))).Take(3).ToListAsync(ct);
        return (people.Find(p => p.NormalizedUserName == upper) ?? (people is [var one] ? one : null)) is { } found ? found : new Refusal.InvalidMany([new(nameof(Input.From), people.Count == 0 ? "handover.from_unknown" : "customer.manager_ambiguous", text, string.Join(", ", people.Select(p => p.UserName)))]);
    }

    private async Task<Result<Plan>> Read(Input input, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!(await Leaver(input.From, ct)).TryGet(out var from, out var refusal))
        {
            return refusal;
        }

        var errors = new List<FieldError>();
        var names = (input.To ?? "").Split([',', '，', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        (long Id, string Name)? pool = null;
        if (PlainText.Trimmed(input.Pool) is { } asked)
        {
            pool = await pools.Find(db, asked, await db.Set<OrgUnit>().Where(u => u.Id == from.UnitId).Select(u => u.Path).SingleAsync(ct), ct);
            if (pool is null || !db.Actor.May(Permission.CustomersSupervise) || !db.Actor.May(Permission.CustomersWrite))
            {
                errors.Add(new(nameof(Input.Pool), pool is null ? "handover.pool_unknown" : "pool.not_yours"));
            }
        }

        if (names.Length > MostReceivers || (names.Length == 0 && PlainText.Trimmed(input.Pool) is null))
        {
            errors.Add(new(nameof(Input.To), "handover.to_missing", MostReceivers));
        }

        if (!Enum.IsDefined(input.Rule))
        {
            errors.Add(new(nameof(Input.Rule), "handover.rule_wrong"));
        }

        if (PlainText.Trimmed(input.Note) is { } note && (note.Length > Handover.NoteLength || !PlainText.IsStorable(note)))
        {
            errors.Add(new(nameof(Input.Note), "manager.reason_long", Handover.NoteLength));
        }

        var receivers = new List<ManagerCandidates.Person>();
        foreach (var name in names.Take(MostReceivers))
        {
            if (!(await ManagerCandidates.Find(db, name, [from.UnitId], nameof(Input.To), ct)).TryGet(out var person, out var unfit))
            {
                errors.AddRange(unfit is Refusal.InvalidMany many && many.Errors[0].Code != "manager.person_unfit" ? many.Errors : [new(nameof(Input.To), "handover.to_unfit", name)]);
            }
            else if (person.Id == from.Id)
            {
                errors.Add(new(nameof(Input.To), "handover.to_self"));
            }
            else if (!receivers.Exists(r => r.Id == person.Id))
            {
                receivers.Add(person);
            }
        }

        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        var rows = new List<(IHandsOver, IReadOnlyList<Handed>)>();
        foreach (var hand in hands)
        {
            rows.Add((hand, await hand.All(db, from.Id, ct)));
        }

        var (people, today) = (receivers.ConvertAll(r => r.Id), BusinessCalendar.Day(db.UtcNow));
        var before = await db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => EF.Parameter(people).Contains(r.UserId) && r.Duty == Duty.Main && r.Until == null).GroupBy(r => r.UserId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var pooled = pool is { } target ? await Pooled(from.Id, target.Id, rows, ct) : new HashSet<long>();
        bool Goes(IHandsOver hand, Handed row) => hand.Kind == HandResponsibilities.OwnKind && pooled.Contains(row.RecordId);
        if (people.Count == 0 && rows.Exists(r => r.Item2.Any(row => !Goes(r.Item1, row))))
        {
            return new Refusal.Invalid("handover.to_beside", nameof(Input.To));
        }

        var customers = rows.SelectMany(r => r.Item2.Where(row => !Goes(r.Item1, row))).Select(r => r.CustomerId).OfType<long>().Distinct().ToList();
        var gone = rows.SelectMany(r => r.Item2.Where(row => Goes(r.Item1, row))).Select(r => r.CustomerId!.Value).Distinct().ToList();
        var known = await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]).Where(c => EF.Parameter(customers).Contains(c.Id))
            .Select(c => new { c.Id, c.UnitId, c.Tier, c.Trailing12RevenueFen, Station = c.MainStations.Where(s => s.Sending).OrderBy(s => s.Id).Select(s => s.Station).FirstOrDefault() }).ToDictionaryAsync(c => c.Id, ct);
        var gets = Spread(customers.ConvertAll(id => (id, input.Rule switch
        {
            HandoverRule.Unit => $"{known[id].UnitId}",
            HandoverRule.Station => known[id].Station ?? $"#{id}",
            HandoverRule.Load or HandoverRule.Tier => $"#{id}",
        }, input.Rule == HandoverRule.Tier ? known[id].Tier.ToString() : "")), people, input.Rule == HandoverRule.Load ? before : []);
        var revenue = known.ToDictionary(k => k.Key, k => k.Value.Trailing12RevenueFen);
        foreach (var c in await db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(c => EF.Parameter(gone).Contains(c.Id)).Select(c => new { c.Id, c.Trailing12RevenueFen }).ToListAsync(ct))
        {
            revenue[c.Id] = c.Trailing12RevenueFen;
        }

        return new Plan(from, receivers, rows, rows.SelectMany(r => r.Item2.Select(row => ((r.Item1.Kind, row.RecordId), Goes(r.Item1, row) ? ThePool : row.CustomerId is { } c ? gets[c] : people[0]))).ToDictionary(g => g.Item1, g => g.Item2), before, revenue, pool);
    }

    /// <summary>The duties that end in a pool: of main managers at the level of the customer's own unit. Whoever answers above that level answers for the business and stays answered for; a helper's is a colleague's to take over.</summary>
    private async Task<IReadOnlySet<long>> Pooled(long from, long pool, List<(IHandsOver Hand, IReadOnlyList<Handed> Rows)> rows, CancellationToken ct)
    {
        var ids = rows.Where(r => r.Hand.Kind == HandResponsibilities.OwnKind).SelectMany(r => r.Rows).Select(r => r.RecordId).ToList();
        var own = await (
            from r in db.Set<Responsibility>()
            join c in db.Set<Customer>() on r.CustomerId equals c.Id
            join u in db.Set<OrgUnit>() on c.UnitId equals u.Id
            where EF.Parameter(ids).Contains(r.Id) && r.UserId == @from && r.Duty == Duty.Main && r.Level == u.Level
            select new { r.Id, r.CustomerId }).IgnoreQueryFilters([CrmDb.ScopeFilter]).ToListAsync(ct);
        var fit = await pools.Fit(db, pool, own.ConvertAll(o => o.CustomerId), ct);
        return own.Where(o => fit.Contains(o.CustomerId)).Select(o => o.Id).ToHashSet();
    }

    /// <summary>Gives what belongs together to one, each time to whoever has least; the largest first, and each of the piles by itself.</summary>
    /// <param name="customers">Customer, what it goes together with, and its pile.</param>
    /// <param name="receivers">Who gets them.</param>
    /// <param name="before">What each has already.</param>
    internal static Dictionary<long, long> Spread(IReadOnlyList<(long Id, string Together, string Pile)> customers, IReadOnlyList<long> receivers, IReadOnlyDictionary<long, int> before)
    {
        var gets = new Dictionary<long, long>();
        foreach (var pile in customers.GroupBy(c => c.Pile))
        {
            var loads = new PriorityQueue<long, (int Load, int Order)>(receivers.Select((r, n) => (r, (before.GetValueOrDefault(r), n))));
            foreach (var together in pile.GroupBy(c => c.Together).Select(g => g.Select(c => c.Id).ToList()).OrderByDescending(g => g.Count))
            {
                loads.TryDequeue(out var receiver, out var load);
                together.ForEach(c => gets[c] = receiver);
                loads.Enqueue(receiver, (load.Load + together.Count, load.Order));
            }
        }

        return gets;
    }

    internal static async Task<IResult> PostPreview(Input input, ProposeHandover useCase, CancellationToken ct) => (await useCase.Show(input, ct)).Answer(p => TypedResults.Ok(new { p.FromUserId, p.From, hanging = p.Hanging.Select(h => new { h.Kind, h.Count }), shares = p.Shares.Select(s => new { userId = s.Receiver.Id, s.Receiver.UserName, s.Receiver.Name, s.Before, s.Counts, s.RevenueFen }), p.Pool }));

    internal static async Task<IResult> Post(Input input, ProposeHandover useCase, CarryHandover carry, CancellationToken ct) =>
        (await useCase.Run(input, ct)).TryGet(out var made, out var refusal) ? (await carry.Get(made.Id, ct)).Answer(seen => TypedResults.Created($"/api/v1/handovers/{made.Id}", seen)) : Answers.Problem(refusal);
}
