using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Lists;

/// <summary>Work on many rows as the API orders and follows it: the same job, rows and undo as the page's.</summary>
internal sealed class OrderWork(CrmDb db, WorkOnRows works, AskedView asked)
{
    /// <summary>Rows named one by one, at most; more are said by a filter.</summary>
    public const int MostIds = 1_000;

    private const int MostWorks = 50;

    /// <summary>What is to be done, and to which rows.</summary>
    public sealed class Input
    {
        /// <summary>One of the list's works: edit, tag, untag, assign, bin, delete, restore, remove, star, follow and their like.</summary>
        public string? Act { get; set; }

        /// <summary>For edit: the field, by its key in the list.</summary>
        public string? Field { get; set; }

        /// <summary>The new value, or what the work asks for: tags, a unit; as one would type it.</summary>
        public string? Value { get; set; }

        /// <summary>Why, where the work asks for it, as entrust does.</summary>
        public string? Reason { get; set; }

        /// <summary>For edit: whether the field is to be emptied.</summary>
        public bool Empties { get; set; }

        /// <summary>The rows, where they are named.</summary>
        public IReadOnlyList<long>? Ids { get; set; }

        /// <summary>Whether all rows are meant that the words below leave; without any of them all rows of the list.</summary>
        public bool All { get; set; }

        /// <summary>What the list's search takes.</summary>
        public string? Q { get; set; }

        /// <summary>The list's filter.</summary>
        public string? Filter { get; set; }

        /// <summary>A saved view.</summary>
        public string? View { get; set; }
    }

    /// <summary>A work: how far it is, and how its rows came out.</summary>
    /// <param name="Id">Its job.</param>
    /// <param name="Act">What is done.</param>
    /// <param name="Name">What that is called.</param>
    /// <param name="Field">Which field.</param>
    /// <param name="Value">Its new value.</param>
    /// <param name="UndoOf">The work that this one takes back.</param>
    /// <param name="State">queued, running, completed, failed or cancelled.</param>
    /// <param name="RowsDone">Rows dealt with.</param>
    /// <param name="RowsTotal">Rows in all; null until known.</param>
    /// <param name="RowsRefused">Those of them that were refused.</param>
    /// <param name="Counts">How many came out as done, same and refused.</param>
    /// <param name="CanUndo">Whether it can be taken back now.</param>
    /// <param name="UndoneBy">The work that took it back last.</param>
    /// <param name="CreatedAt">UTC.</param>
    /// <param name="FinishedAt">UTC.</param>
    public sealed record Answer(
        long Id, string Act, string Name, string? Field, string? Value, long? UndoOf, string State, long RowsDone, long? RowsTotal, long RowsRefused, IReadOnlyDictionary<string, int> Counts, bool CanUndo, long? UndoneBy,
        DateTime CreatedAt, DateTime? FinishedAt);

    /// <summary>How one row came out: done, same (there was nothing to change) or refused; null while it waits.</summary>
    public sealed record Row(long Id, string? Name, string? Outcome, string? Code, string? Reason, string? Before);

    /// <summary>Orders it; what would be wrong for every row is refused before the first is touched.</summary>
    public async Task<Result<Answer>> Start(string key, Input input, CancellationToken ct)
    {
        if (asked.Find(key) is not { } list)
        {
            return new Refusal.NotFound();
        }

        if (Wrong(list, input) is { } wrong)
        {
            return new Refusal.InvalidMany([wrong]);
        }

        var order = new WorkOrder { List = key, Act = input.Act!, Field = input.Field, Value = input.Value, Reason = input.Reason, Empties = input.Empties, All = input.All, Ids = [.. input.Ids ?? []] };
        if (input.All)
        {
            if (!(await asked.Read(list, new Dictionary<string, string?> { ["q"] = input.Q, ["filter"] = input.Filter, ["view"] = input.View }, ct)).TryGet(out var view, out var unread))
            {
                return unread;
            }

            if (!view.IsFiltered && Given(input) is { } idle)
            {
                return new Refusal.InvalidMany([new(idle, "list.work_unnarrowed")]);
            }

            view = view with { Sort = null, Cursor = null }; // Many rows cannot be put in every order, and a work needs none.
            if (!(await list.Read(db, view with { Limit = 1 }, [], ct)).TryGet(out _, out unread))
            {
                return unread;
            }

            order.In = view.Kept(list).TrimStart('?') is { Length: > 0 } kept ? kept : "all";
        }

        return await Told(list, await works.Start(order, ct), ct);
    }

    /// <summary>Takes it back.</summary>
    public async Task<Result<Answer>> Undo(string key, long job, CancellationToken ct) => asked.Find(key) is { } list ? await Told(list, await works.Undo(key, job, ct), ct) : new Refusal.NotFound();

    /// <summary>One that the actor ordered.</summary>
    public async Task<Result<Answer>> Get(string key, long job, CancellationToken ct) =>
        asked.Find(key) is not { } list ? new Refusal.NotFound() : (await works.Get(key, job, ct)).TryGet(out var seen, out var refusal) ? Said(list, seen) : refusal;

    /// <summary>Those of the list that the actor ordered lately, the latest first. Counted from their jobs, however many rows they have: among the done stand those where there was nothing to change.</summary>
    public async Task<Result<Listing<Answer>>> Mine(string key, CancellationToken ct)
    {
        if (asked.Find(key) is not { } list)
        {
            return new Refusal.NotFound();
        }

        var mine = await works.Mine(key, MostWorks, ct);
        var ids = mine.Select(w => w.Job.Id).ToList();
        var changed = await db.Set<Job>().Where(j => EF.Parameter(ids).Contains(j.Id) && db.Set<WorkRow>().Any(r => r.JobId == j.Id && r.Outcome == "done")).Select(j => j.Id).ToListAsync(ct);
        var told = new List<Answer>();
        foreach (var (job, order, _) in mine)
        {
            var undos = mine.Where(w => w.Order.UndoOf == job.Id).Select(w => w.Job).ToList(); // Later than the work, so that no page that shows it lacks them.
            var left = undos.Find(u => u.RowsTotal is not null) is { } last ? last.RowsTotal > last.RowsDone - last.RowsRejected : changed.Contains(job.Id);
            var counts = new Dictionary<string, int> { ["done"] = (int)(job.RowsDone - job.RowsRejected), ["refused"] = (int)job.RowsRejected }.Where(c => c.Value > 0).ToDictionary(c => c.Key, c => c.Value);
            told.Add(Said(list, new(job, order, counts, undos.FirstOrDefault()?.Id, left && works.IsOpen(list, job, order, undos.Select(u => u.State)))));
        }

        return new Listing<Answer>(told, null);
    }

    /// <summary>A page of its rows, those of one outcome or all.</summary>
    public async Task<Result<Listing<Row>>> Rows(string key, long job, string? outcome, string? cursor, int limit, CancellationToken ct)
    {
        var after = 0L;
        if (!string.IsNullOrEmpty(cursor) && !long.TryParse(cursor, System.Globalization.CultureInfo.InvariantCulture, out after))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(cursor));
        }

        if (outcome is not (null or "" or "done" or "same" or "refused"))
        {
            return new Refusal.Invalid("list.outcome_unknown", nameof(outcome));
        }

        if (asked.Find(key) is not { } list || (await works.Get(key, job, ct)).Refusal is not null)
        {
            return new Refusal.NotFound();
        }

        var most = Math.Clamp(limit, 1, View.MostRows);
        var rows = await works.Rows(job, string.IsNullOrEmpty(outcome) ? null : outcome, after, most, ct);
        var names = await list.NamesOfRows(db, [.. rows.Select(r => r.RowId)], ct);
        return new Listing<Row>(
            [.. rows.Select(r => new Row(r.RowId, names.GetValueOrDefault(r.RowId), r.Outcome, r.Reason, r.Reason is null ? null : Texts.Find(r.Reason) ?? r.Reason, r.Before is ['{', ..] ? null : r.Before))], // A whole row is kept for the undo alone.
            rows.Count == most ? rows[^1].RowId.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    private static FieldError? Wrong(ListOf list, Input input) =>
        list.Works.FirstOrDefault(w => w.Key == input.Act) is not { Leads: null } ? new(nameof(input.Act), "list.work_unknown", string.Join(", ", list.Works.Where(w => w.Leads is null).Select(w => w.Key)))
        : input is { All: true, Ids.Count: > 0 } ? new(nameof(input.Ids), "list.work_both")
        : !input.All && (input.Q ?? input.Filter ?? input.View) is not null ? new(nameof(input.All), "list.work_all")
        : input.Ids?.Count > MostIds ? new(nameof(input.Ids), "list.selected_most", MostIds)
        : null;

    /// <summary>The word that was to narrow the rows; null where none was given.</summary>
    private static string? Given(Input input) => input.Filter is not null ? nameof(input.Filter) : input.Q is not null ? nameof(input.Q) : input.View is not null ? nameof(input.View) : null;

    private async Task<Result<Answer>> Told(ListOf list, Result<Job> started, CancellationToken ct) =>
        !started.TryGet(out var job, out var refusal) || !(await works.Get(list.Key, job.Id, ct)).TryGet(out var seen, out refusal) ? refusal : Said(list, seen);

    private static Answer Said(ListOf list, WorkOnRows.Seen s) => new(
        s.Job.Id, s.Order.Act, Texts.Get(list.Works.First(w => w.Key == s.Order.Act).TextKey), s.Order.Field, s.Order.Value, s.Order.UndoOf, s.Job.State, s.Job.RowsDone, s.Job.RowsTotal, s.Job.RowsRejected, s.Counts, s.CanUndo, s.Undone,
        s.Job.CreatedAt, s.Job.FinishedAt);
}
