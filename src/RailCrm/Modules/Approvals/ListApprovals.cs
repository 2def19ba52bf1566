using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>A person's approvals: to be decided, asked for, decided, read as a copy; and those of a customer. Each walks an index from the newest on.</summary>
public sealed class ListApprovals(CrmDb db, ApprovalKinds kinds, Deciders deciders)
{
    private const int PageSize = 50;

    /// <summary>Beyond this the top bar says no number.</summary>
    public const int MostCounted = 99;

    /// <summary>The tabs, in order.</summary>
    public static readonly string[] Tabs = ["todo", "mine", "done", "copies"];

    /// <summary>One row.</summary>
    /// <param name="Id">The approval.</param>
    /// <param name="Number">SP-…</param>
    /// <param name="Kind">Its kind.</param>
    /// <param name="KindName">What that is called.</param>
    /// <param name="Title">What it is about.</param>
    /// <param name="Applicant">Who asks.</param>
    /// <param name="State">How far it is.</param>
    /// <param name="AmountFen">Fen; null where there is none.</param>
    /// <param name="SubmittedAt">UTC.</param>
    /// <param name="StepId">The step that the caller is to decide; null elsewhere.</param>
    /// <param name="DueAt">Until when (UTC).</param>
    public sealed record Item(long Id, string Number, string Kind, string KindName, string Title, string? Applicant, ApprovalState State, long? AmountFen, DateTime SubmittedAt, long? StepId, DateTime? DueAt);

    /// <summary>How many wait for the actor, at most one more than <see cref="MostCounted"/>.</summary>
    public Task<int> Waiting(CancellationToken ct)
    {
        var me = db.Actor.UserId;
        return db.Set<ApprovalStep>().Where(s => s.UserId == me && s.State == StepState.Pending).Take(MostCounted + 1).CountAsync(ct);
    }

    /// <summary>A page of a tab, behind what <paramref name="before"/> says.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> Run(string tab, long? before, CancellationToken ct)
    {
        var (me, from, all) = (db.Actor.UserId, before ?? long.MaxValue, db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]));
        if (tab == "todo")
        {
            var steps = await db.Set<ApprovalStep>().AsNoTracking().Where(s => s.UserId == me && s.State == StepState.Pending && s.Id < from).OrderByDescending(s => s.Id).Take(PageSize + 1).ToListAsync(ct);
            var of = await Read(all, [.. steps.Take(PageSize).Select(s => s.ApprovalId)], ct);
            return (await Told(steps.Take(PageSize).Select(s => (of[s.ApprovalId], (ApprovalStep?)s)), ct), steps.Count > PageSize ? steps[PageSize - 1].Id : null);
        }

        var ids = await (tab switch
        {
            "mine" => all.Where(a => a.ApplicantId == me).Select(a => a.Id),
            "done" => db.Set<ApprovalStep>().Where(s => s.UserId == me && (s.State == StepState.Granted || s.State == StepState.Refused || s.State == StepState.Returned)).Select(s => s.ApprovalId).Distinct(),
            _ => db.Set<ApprovalCopy>().Where(c => c.UserId == me).Select(c => c.ApprovalId),
        }).Where(id => id < from).OrderByDescending(id => id).Take(PageSize + 1).ToListAsync(ct);
        return await Page(all, ids, ct);
    }

    /// <summary>Those of a customer that the actor sees.</summary>
    public async Task<(IReadOnlyList<Item> Items, long? Next)> OfCustomer(long customerId, long? before, CancellationToken ct)
    {
        var (from, all) = (before ?? long.MaxValue, db.Set<Approval>());
        return await Page(all, await all.Where(a => a.CustomerId == customerId && a.Id < from).OrderByDescending(a => a.Id).Select(a => a.Id).Take(PageSize + 1).ToListAsync(ct), ct);
    }

    /// <summary>How many of a customer's are open.</summary>
    public static Task<int> Open(CrmDb db, long customerId, CancellationToken ct) =>
        db.Set<Approval>().CountAsync(a => a.CustomerId == customerId && (a.State == ApprovalState.Pending || a.State == ApprovalState.Returned), ct);

    private async Task<(IReadOnlyList<Item>, long?)> Page(IQueryable<Approval> all, List<long> ids, CancellationToken ct)
    {
        List<long> page = [.. ids.Take(PageSize)];
        var of = await Read(all, page, ct);
        return (await Told(page.Select(id => (of[id], (ApprovalStep?)null)), ct), ids.Count > PageSize ? page[^1] : null);
    }

    private static Task<Dictionary<long, Approval>> Read(IQueryable<Approval> all, List<long> ids, CancellationToken ct) => all.AsNoTracking().Where(a => EF.Parameter(ids).Contains(a.Id)).ToDictionaryAsync(a => a.Id, ct);

    private async Task<IReadOnlyList<Item>> Told(IEnumerable<(Approval Approval, ApprovalStep? Step)> rows, CancellationToken ct)
    {
        var all = rows.ToList();
        var names = await deciders.Names(all.Select(r => r.Approval.ApplicantId), ct);
        return [.. all.Select(r => new Item(r.Approval.Id, r.Approval.Number, r.Approval.Kind, kinds.Called(r.Approval.Kind), r.Approval.Title, names.GetValueOrDefault(r.Approval.ApplicantId), r.Approval.State, r.Approval.AmountFen, r.Approval.SubmittedAt, r.Step?.Id, r.Step?.DueAt))];
    }

    internal static async Task<IResult> Get(string? tab, string? cursor, ListApprovals useCase, CancellationToken ct)
    {
        if (tab is not null && !Tabs.Contains(tab))
        {
            return Answers.Problem(new Refusal.Invalid("approval.tab_unknown", nameof(tab)));
        }

        long? before = null;
        if (cursor is not null)
        {
            if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var mark))
            {
                return Answers.Problem(new Refusal.Invalid("common.cursor_invalid", nameof(cursor)));
            }

            before = mark;
        }

        var (items, next) = await useCase.Run(tab ?? Tabs[0], before, ct);
        return TypedResults.Ok(new Listing<Item>(items, next?.ToString(CultureInfo.InvariantCulture)));
    }
}
