using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Managers;

/// <summary>Carries a handover through: each receiver says yes or no, what was taken over moves as a job, parts are given to others or called off, and all of it is taken back within 30 days.</summary>
internal sealed class CarryHandover(CrmDb db, Runner runner, IHandoverPools pools)
{
    /// <summary>The kind of its job.</summary>
    public const string Kind = "handover";

    /// <summary>Items of one transaction.</summary>
    private const int Batch = 500;

    /// <summary>Something that goes, with what it is called.</summary>
    public sealed record Item(long Id, string Kind, long? CustomerId, string? Name, string? Outcome, string? Reason);

    /// <summary>A part with the names in it.</summary>
    /// <param name="Id">Key.</param>
    /// <param name="UserId">The receiver.</param>
    /// <param name="Name">What the receiver is called.</param>
    /// <param name="State">Where it stands.</param>
    /// <param name="DecidedBy">Who said yes or no.</param>
    /// <param name="DecidedAt">UTC.</param>
    /// <param name="Comment">Why not.</param>
    /// <param name="Counts">How much of each kind.</param>
    /// <param name="Waiting">How much has still to move, or to move back.</param>
    /// <param name="Left">How much could not.</param>
    /// <param name="JobId">The job at it.</param>
    /// <param name="Stopped">Whether that job ended before it was through.</param>
    /// <param name="PoolId">The pool that it goes into; null where a person gets it.</param>
    /// <param name="Version">Raised with each change.</param>
    public sealed record Part(long Id, long UserId, string Name, HandoverState State, string? DecidedBy, DateTime? DecidedAt, string? Comment, IReadOnlyDictionary<string, int> Counts, int Waiting, int Left, long? JobId, bool Stopped, long? PoolId, int Version);

    /// <summary>A handover as those concerned see it.</summary>
    /// <param name="Id">Key.</param>
    /// <param name="Number">JJ-….</param>
    /// <param name="FromUserId">Who hands over.</param>
    /// <param name="From">What that person is called.</param>
    /// <param name="UnitName">Where that person worked.</param>
    /// <param name="Leaves">Whether the person leaves the group.</param>
    /// <param name="Note">What to know.</param>
    /// <param name="Rule">How it was spread.</param>
    /// <param name="CreatedBy">Who decided it.</param>
    /// <param name="CreatedAt">UTC.</param>
    /// <param name="Parts">What each receiver gets.</param>
    /// <param name="Leads">Whether the actor looks after it: decides for others, calls off, takes back.</param>
    /// <param name="CanUndo">Whether it can be taken back now.</param>
    public sealed record Seen(long Id, string Number, long FromUserId, string From, string UnitName, bool Leaves, string? Note, HandoverRule Rule, string CreatedBy, DateTime CreatedAt, IReadOnlyList<Part> Parts, bool Leads, bool CanUndo);

    private sealed record Order(long PartId, bool Undo);

    /// <summary>Those that the actor may see: of a unit where he appoints, of himself, or to himself.</summary>
    private IQueryable<Handover> Visible
    {
        get
        {
            var (me, leads, units) = (db.Actor.UserId, db.Actor.May(Permission.ManagersAppoint), PathRange.Of(db.Scope).Of(db).Select(u => u.Id));
            return db.Set<Handover>().Where(h => h.FromUserId == me || h.Parts.Any(p => p.UserId == me && p.PoolId == null) || (leads && units.Contains(h.UnitId)));
        }
    }

    /// <summary>Newest first, those before <paramref name="before"/>.</summary>
    public async Task<(IReadOnlyList<Seen> Handovers, long? Next)> Run(long? before, int most, CancellationToken ct)
    {
        var ids = await (before is { } from ? Visible.Where(h => h.Id < from) : Visible).OrderByDescending(h => h.Id).Select(h => h.Id).Take(most + 1).ToListAsync(ct);
        return (await Tell([.. ids.Take(most)], ct), ids.Count > most ? ids[most - 1] : null);
    }

    /// <summary>One that the actor may see.</summary>
    public async Task<Result<Seen>> Get(long id, CancellationToken ct) => await Tell([id], ct) is [var one] ? one : new Refusal.NotFound();

    private async Task<IReadOnlyList<Seen>> Tell(IReadOnlyList<long> ids, CancellationToken ct)
    {
        var all = await Visible.AsNoTracking().Include(h => h.Parts).Where(h => EF.Parameter(ids).Contains(h.Id)).OrderByDescending(h => h.Id).ToListAsync(ct);
        var people = all.SelectMany(h => h.Parts.SelectMany(p => new[] { p.UserId, p.DecidedBy ?? 0 }).Append(h.FromUserId).Append(h.CreatedBy)).Distinct().ToList();
        var (units, jobs) = (all.Select(h => h.UnitId).Distinct().ToList(), all.SelectMany(h => h.Parts).Select(p => p.JobId).OfType<long>().ToList());
        var names = await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        var counts = (await db.Set<HandoverItem>().Where(i => EF.Parameter(ids).Contains(i.HandoverId)).GroupBy(i => new { i.PartId, i.Kind, i.Outcome }).Select(g => new { g.Key.PartId, g.Key.Kind, g.Key.Outcome, Count = g.Count() }).ToListAsync(ct)).ToLookup(c => c.PartId, c => (c.Kind, Outcome: c.Outcome, c.Count));
        var places = await db.Set<OrgUnit>().Where(u => EF.Parameter(units).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => (u.Name, u.Path), ct);
        var running = (await db.Set<Job>().Where(j => EF.Parameter(jobs).Contains(j.Id) && (j.State == "queued" || j.State == "running")).Select(j => j.Id).ToListAsync(ct)).ToHashSet();
        var into = await pools.Names(db, [.. all.SelectMany(h => h.Parts).Select(p => p.PoolId).OfType<long>().Distinct()], ct);
        return all.ConvertAll(h => Tell(h, places[h.UnitId], names, into, counts, running));
    }

    private Seen Tell(Handover h, (string Name, string Path) unit, Dictionary<long, string> names, IReadOnlyDictionary<long, string> into, ILookup<long, (string Kind, string? Outcome, int Count)> counts, HashSet<long> running)
    {
        var leads = db.Actor.May(Permission.ManagersAppoint) && db.Scope.Covers(unit.Path);
        var parts = h.Parts.OrderBy(p => p.Id).Select(p =>
        {
            var waiting = p.State is HandoverState.Accepted or HandoverState.Undone ? counts[p.Id].Where(c => c.Outcome == Waits(p.State)).Sum(c => c.Count) : 0;
            return new Part(p.Id, p.UserId, p.PoolId is { } pool ? Platform.Text.Texts.Get("handover.pool_named", into.GetValueOrDefault(pool, "")) : names[p.UserId], p.State, p.DecidedBy is { } by ? names.GetValueOrDefault(by, "system") : null, p.DecidedAt, p.Comment,
            counts[p.Id].GroupBy(c => c.Kind).ToDictionary(g => g.Key, g => g.Sum(c => c.Count)),
            waiting, counts[p.Id].Where(c => c.Outcome is "kept" or "stayed").Sum(c => c.Count), p.JobId, waiting > 0 && !(p.JobId is { } job && running.Contains(job)), p.PoolId, p.Version);
        }).ToList();
        return new Seen(h.Id, h.Number, h.FromUserId, names[h.FromUserId], unit.Name, h.Leaves, h.Note, h.Rule, names.GetValueOrDefault(h.CreatedBy, "system"), h.CreatedAt, parts, leads,
            leads && parts.Exists(p => p.State == HandoverState.Accepted && p.Waiting == 0 && p.DecidedAt > db.UtcNow.AddDays(-Handover.UndoDays)));
    }

    /// <summary>A page of what goes in a part, or what could not.</summary>
    public async Task<Result<(IReadOnlyList<Item> Items, long? Next)>> Items(long id, long partId, bool left, long after, int most, CancellationToken ct)
    {
        if (!await Visible.AnyAsync(h => h.Id == id, ct))
        {
            return new Refusal.NotFound();
        }

        var rows = db.Set<HandoverItem>().AsNoTracking().Where(i => i.HandoverId == id && i.PartId == partId && i.Id > after);
        rows = left ? rows.Where(i => i.Outcome == "kept" || i.Outcome == "stayed") : rows;
        var items = await rows.OrderBy(i => i.Id).Take(most + 1).ToListAsync(ct);
        var customers = items.ConvertAll(i => i.CustomerId);
        var names = await db.Set<Customer>().Where(c => EF.Parameter(customers).Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, ct); // By name to whoever sees them.
        return (items.Take(most).Select(i => new Item(i.Id, i.Kind, i.CustomerId, i.CustomerId is { } c ? names.GetValueOrDefault(c) : null, i.Outcome, i.Reason)).ToList(), items.Count > most ? items[most - 1].Id : null);
    }

    /// <summary>Takes a part over: its receiver, or whoever looks after the handover in his place. What is in it moves as a job.</summary>
    /// <remarks>Confirmed again, it goes on where its job stopped.</remarks>
    public Task<Result<Seen>> Accept(long id, long partId, int? version, CancellationToken ct) => Decide(id, partId, version, mine: true, async (handover, part) =>
    {
        if (part.State is HandoverState.Accepted or HandoverState.Undone)
        {
            var (undo, waits) = (part.State == HandoverState.Undone, Waits(part.State));
            return !await db.Set<HandoverItem>().AnyAsync(i => i.PartId == part.Id && i.Outcome == waits, ct) || await db.Set<Job>().AnyAsync(j => j.Id == part.JobId && (j.State == "queued" || j.State == "running"), ct)
                ? new Refusal.Conflict("handover.decided") : await Start(part, undo, ct);
        }

        if (part.State is not (HandoverState.Proposed or HandoverState.Declined))
        {
            return new Refusal.Conflict("handover.decided");
        }

        if (part.PoolId is not null)
        {
            // No receiver says yes for a pool: whoever looks after the handover does, if he still may put customers there.
            if (!db.Actor.May(Permission.ManagersAppoint) || !db.Actor.May(Permission.CustomersSupervise) || !db.Actor.May(Permission.CustomersWrite))
            {
                return new Refusal.Forbidden("handover.not_yours");
            }

            (part.State, part.DecidedBy, part.DecidedAt) = (HandoverState.Accepted, db.Actor.UserId, db.UtcNow);
            return await Start(part, undo: false, ct);
        }

        var receiver = await db.Set<User>().SingleAsync(u => u.Id == part.UserId, ct);
        if (receiver.UnitId != handover.UnitId || !(await ManagerCandidates.Fit(db, [part.UserId], ct)).Contains(part.UserId))
        {
            return new Refusal.InvalidMany([new("To", "handover.to_unfit", receiver.DisplayName)]);
        }

        (part.State, part.DecidedBy, part.DecidedAt) = (HandoverState.Accepted, db.Actor.UserId, db.UtcNow);
        return await Start(part, undo: false, ct);
    }, ct);

    /// <summary>What an item says that has still to move, or to move back.</summary>
    private static string? Waits(HandoverState state) => state == HandoverState.Undone ? "moved" : null;

    /// <summary>Does not take a part over, and says why.</summary>
    public Task<Result<Seen>> Decline(long id, long partId, int? version, string? comment, CancellationToken ct) => Decide(id, partId, version, mine: true, (_, part) =>
    {
        var said = PlainText.Trimmed(comment);
        if (said is null || said.Length > Handover.NoteLength || !PlainText.IsStorable(said))
        {
            return Task.FromResult<Refusal?>(new Refusal.InvalidMany([new("Comment", said is null ? "handover.comment_missing" : "manager.reason_long", Handover.NoteLength)]));
        }

        if (part.State != HandoverState.Proposed || part.PoolId is not null)
        {
            return Task.FromResult<Refusal?>(new Refusal.Conflict("handover.decided"));
        }

        (part.State, part.DecidedBy, part.DecidedAt, part.Comment) = (HandoverState.Declined, db.Actor.UserId, db.UtcNow, said);
        return Task.FromResult<Refusal?>(null);
    }, ct);

    /// <summary>Gives some of a part that nobody has taken over yet, or all of it, to another colleague of the leaver's unit.</summary>
    public Task<Result<Seen>> Assign(long id, long partId, IReadOnlyList<long> items, string? to, CancellationToken ct) => Decide(id, partId, null, mine: false, async (handover, part) =>
    {
        if (part.State is not (HandoverState.Proposed or HandoverState.Declined))
        {
            return new Refusal.Conflict("handover.decided");
        }

        if (!(await ManagerCandidates.Find(db, to, [handover.UnitId], "To", ct)).TryGet(out var person, out var unfit))
        {
            return unfit is Refusal.InvalidMany { Errors: [{ Code: "manager.person_unfit" }] } ? new Refusal.InvalidMany([new("To", "handover.to_unfit", to)]) : unfit;
        }

        if (person.Id == handover.FromUserId || (person.Id == part.UserId && part.PoolId is null))
        {
            return new Refusal.Invalid(person.Id == handover.FromUserId ? "handover.to_self" : "handover.to_same", "To");
        }

        var target = handover.Parts.Find(p => p.UserId == person.Id && p.PoolId is null);
        if (target is { State: HandoverState.Accepted or HandoverState.Undone })
        {
            return new Refusal.InvalidMany([new("To", "handover.to_done", person.Name)]);
        }

        if (target is null)
        {
            handover.Parts.Add(target = new HandoverPart { UserId = person.Id });
        }
        else
        {
            (target.State, target.DecidedBy, target.DecidedAt, target.Comment) = (HandoverState.Proposed, null, null, null);
        }

        await db.SaveChangesAsync(ct);
        var rows = db.Set<HandoverItem>().Where(i => i.PartId == part.Id);
        await (items.Count == 0 ? rows : rows.Where(i => EF.Parameter(items).Contains(i.Id))).ExecuteUpdateAsync(s => s.SetProperty(i => i.PartId, target.Id), ct);
        if (!await db.Set<HandoverItem>().AnyAsync(i => i.PartId == part.Id, ct))
        {
            db.Remove(part);
        }

        return null;
    }, ct);

    /// <summary>Calls off what nobody has taken over yet.</summary>
    public Task<Result<Seen>> Cancel(long id, CancellationToken ct) => Decide(id, null, null, mine: false, (handover, _) =>
    {
        var open = handover.Parts.FindAll(p => p.State is HandoverState.Proposed or HandoverState.Declined);
        open.ForEach(p => (p.State, p.DecidedBy, p.DecidedAt) = (HandoverState.Cancelled, db.Actor.UserId, db.UtcNow));
        return Task.FromResult<Refusal?>(open.Count == 0 ? new Refusal.Conflict("handover.decided") : null);
    }, ct);

    /// <summary>Takes back all that was taken over not longer than 30 days ago and still is where it went.</summary>
    public Task<Result<Seen>> Undo(long id, CancellationToken ct) => Decide(id, null, null, mine: false, async (handover, _) =>
    {
        if (await db.Set<User>().AnyAsync(u => u.Id == handover.FromUserId && u.Disabled, ct))
        {
            return new Refusal.Conflict("handover.undo_closed");
        }

        var (since, ids) = (db.UtcNow.AddDays(-Handover.UndoDays), handover.Parts.ConvertAll(p => p.Id));
        var waiting = await db.Set<HandoverItem>().Where(i => EF.Parameter(ids).Contains(i.PartId) && i.Outcome == null).Select(i => i.PartId).Distinct().ToListAsync(ct);
        var done = handover.Parts.FindAll(p => p.State == HandoverState.Accepted && p.DecidedAt > since && !waiting.Contains(p.Id));
        foreach (var part in done)
        {
            part.State = HandoverState.Undone;
            await Start(part, undo: true, ct);
        }

        return done.Count == 0 ? new Refusal.Conflict("handover.undo_late") : null;
    }, ct);

    private async Task<Refusal?> Start(HandoverPart part, bool undo, CancellationToken ct)
    {
        var job = new Job { Kind = Kind, Input = JsonSerializer.Serialize(new Order(part.Id, undo)), UserId = db.Actor.UserId, CreatedAt = db.UtcNow };
        db.Add(job);
        await db.SaveChangesAsync(ct);
        part.JobId = job.Id;
        db.Committed(runner.Wake);
        return null;
    }

    /// <summary>What all decisions share: only who may, on what was seen, one after the other.</summary>
    private async Task<Result<Seen>> Decide(long id, long? partId, int? version, bool mine, Func<Handover, HandoverPart, Task<Refusal?>> decide, CancellationToken ct)
    {
        try
        {
            var refused = await db.Write(async () =>
            {
                await db.Alone($"handover:{id}", ct);
                if (await Visible.Include(h => h.Parts).SingleOrDefaultAsync(h => h.Id == id, ct) is not { } handover || (partId is not null && !handover.Parts.Exists(p => p.Id == partId)))
                {
                    return new Refusal.NotFound();
                }

                var part = handover.Parts.Find(p => p.Id == partId) ?? handover.Parts[0];
                var path = await db.Set<OrgUnit>().Where(u => u.Id == handover.UnitId).Select(u => u.Path).SingleAsync(ct);
                if (!(db.Actor.May(Permission.ManagersAppoint) && db.Scope.Covers(path)) && !(mine && part.PoolId is null && part.UserId == db.Actor.UserId))
                {
                    return new Refusal.Forbidden("handover.not_yours");
                }

                if (version is not null && part.Version != version)
                {
                    return new Refusal.Stale();
                }

                if (await decide(handover, part) is { } why)
                {
                    db.ChangeTracker.Clear();
                    return why;
                }

                await db.SaveChangesAsync(ct);
                return (Refusal?)null;
            }, ct);
            return refused is null ? await Get(id, ct) : refused;
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
    }

    /// <summary>Moves what is in a part, or moves it back, from where an earlier try left it.</summary>
    internal static async Task<string> Carry(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var (db, hands, order) = (services.GetRequiredService<CrmDb>(), services.GetServices<IHandsOver>().ToDictionary(h => h.Kind), JsonSerializer.Deserialize<Order>(lease.Job.Input)!);
        var (waits, done, left) = (order.Undo ? "moved" : null, 0, 0);
        var total = await db.Set<HandoverItem>().CountAsync(i => i.PartId == order.PartId && i.Outcome == waits, ct);
        var part = await db.Set<HandoverPart>().AsNoTracking().SingleAsync(p => p.Id == order.PartId, ct);
        var handover = await db.Set<Handover>().AsNoTracking().SingleAsync(h => h.Id == part.HandoverId, ct);
        for (var count = 1; count > 0;)
        {
            count = await db.Write(async () =>
            {
                var items = await db.Set<HandoverItem>().Where(i => i.PartId == order.PartId && i.Outcome == waits).OrderBy(i => i.Id).Take(Batch).ToListAsync(ct);
                foreach (var kind in items.GroupBy(i => i.Kind))
                {
                    var rows = kind.Select(i => new Handed { RecordId = i.RecordId, CustomerId = i.CustomerId, ToUserId = part.UserId, ToPoolId = part.PoolId, MovedId = i.MovedId }).ToList();
                    await (order.Undo ? hands[kind.Key].TakeBack(db, handover.FromUserId, handover.CreatedBy, handover.Number, rows, ct) : hands[kind.Key].Give(db, handover.FromUserId, handover.CreatedBy, handover.Number, rows, ct));
                    foreach (var (item, row) in kind.Zip(rows))
                    {
                        (item.Outcome, item.Reason, item.MovedId) = ((order.Undo, row.Reason) switch { (false, null) => "moved", (false, _) => "kept", (true, null) => "back", (true, _) => "stayed" }, row.Reason, row.MovedId);
                        left += row.Reason is null ? 0 : 1;
                    }
                }

                await db.SaveChangesAsync(ct);
                done += items.Count;
                await lease.Advance("{}", done, left, total, ct);
                return items.Count;
            }, ct);
            db.ChangeTracker.Clear();
        }

        return JsonSerializer.Serialize(new { done, left });
    }

    internal static async Task<IResult> GetOne(long id, CarryHandover useCase, CancellationToken ct) => (await useCase.Get(id, ct)).Answer(h => TypedResults.Ok(h));

    internal static async Task<IResult> GetAll(string? cursor, CarryHandover useCase, CancellationToken ct)
    {
        if (cursor is not null && !long.TryParse(cursor, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            return Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
        }

        var (handovers, next) = await useCase.Run(cursor is null ? null : long.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture), 50, ct);
        return TypedResults.Ok(new Listing<Seen>(handovers, next?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>How far a part's job is, for its progress bar.</summary>
    internal static async Task<IResult> GetJob(long id, long partId, CarryHandover useCase, CrmDb db, CancellationToken ct) =>
        (await useCase.Get(id, ct)).TryGet(out var seen, out var refusal) && seen.Parts.FirstOrDefault(p => p.Id == partId)?.JobId is { } job && await db.Set<Platform.Jobs.Job>().AsNoTracking().SingleOrDefaultAsync(j => j.Id == job, ct) is { } at
            ? TypedResults.Ok(new { at.State, at.RowsDone, at.RowsTotal, at.RowsRejected }) : Answers.Problem(refusal ?? new Refusal.NotFound());

    internal static async Task<IResult> PostAssign(long id, long partId, AssignInput input, CarryHandover useCase, CancellationToken ct) => (await useCase.Assign(id, partId, input.Items ?? [], input.To, ct)).Answer(h => TypedResults.Ok(h));

    internal static async Task<IResult> PostAccept(long id, long partId, CarryHandover useCase, HttpContext http, CancellationToken ct) => (await useCase.Accept(id, partId, Versions.Asked(http), ct)).Answer(h => TypedResults.Ok(h));

    internal static async Task<IResult> PostDecline(long id, long partId, DeclineInput input, CarryHandover useCase, HttpContext http, CancellationToken ct) => (await useCase.Decline(id, partId, Versions.Asked(http), input.Comment, ct)).Answer(h => TypedResults.Ok(h));

    internal static async Task<IResult> PostCancel(long id, CarryHandover useCase, CancellationToken ct) => (await useCase.Cancel(id, ct)).Answer(h => TypedResults.Ok(h));

    internal static async Task<IResult> PostUndo(long id, CarryHandover useCase, CancellationToken ct) => (await useCase.Undo(id, ct)).Answer(h => TypedResults.Ok(h));

    /// <summary>Who gets something else than was proposed.</summary>
    public sealed class AssignInput
    {
        /// <summary>The items, by their keys; all of the part where none is named.</summary>
        public IReadOnlyList<long>? Items { get; set; }

        /// <summary>Who gets them.</summary>
        public string? To { get; set; }
    }

    /// <summary>Why a part is not taken over.</summary>
    public sealed class DeclineInput
    {
        /// <summary>Why.</summary>
        public string? Comment { get; set; }
    }
}
