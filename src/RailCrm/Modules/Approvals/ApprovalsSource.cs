using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Approvals;

/// <summary>One's own approvals and those that wait for one in the palette: by number, or by what they are about. Any other that one sees is found by its whole number.</summary>
internal sealed class ApprovalsSource : IPaletteSource
{
    /// <summary>The newest that are looked through of each: some milliseconds.</summary>
    private const int Newest = 300;

    public string Kind => "approval";

    public string TextKey => "palette.approvals";

    public string Permission => Platform.Access.Permission.SignedIn;

    public int Order => 35;

    public string? RecordsAt => "/approvals/";

    private sealed record Row(long Id, string Number, string Title, ApprovalState State);

    public async Task<IReadOnlyList<PaletteHit>> Find(PaletteQuestion question, CancellationToken ct)
    {
        var (db, me, text) = (question.Db, question.Actor.UserId, question.Text);
        if (text.Length < 2 || !question.Actor.IsKnown)
        {
            return [];
        }

        if (Key(text) is { } key && await GetApproval.Seen(db, [key], ct) is [var named])
        {
            return [Hit(new(named.Id, named.Number, named.Title, named.State))];
        }

        var all = db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();
        var waiting = await db.Set<ApprovalStep>().Where(s => s.UserId == me && s.State == StepState.Pending).OrderByDescending(s => s.Id).Select(s => s.ApprovalId).Take(Newest).ToListAsync(ct);
        var own = await Read(all.Where(a => a.ApplicantId == me).OrderByDescending(a => a.Id).Take(Newest), ct);
        var asked = waiting.Count == 0 ? [] : await Read(all.Where(a => EF.Parameter(waiting).Contains(a.Id)), ct);
        return [.. asked.Concat(own).DistinctBy(r => r.Id).Select(r => (Row: r, Rank: new[] { TextMatch.Rank(text, r.Title), TextMatch.Rank(text, r.Number) }.Min())).Where(r => r.Rank is not null)
            .OrderBy(r => r.Row.State is ApprovalState.Pending or ApprovalState.Returned ? 0 : 1).ThenBy(r => r.Rank).ThenBy(r => question.Place(r.Row.Id)).ThenByDescending(r => r.Row.Id).Take(question.Most).Select(r => Hit(r.Row))];
    }

    public async Task<IReadOnlyList<PaletteHit>> Recall(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct) =>
        [.. (await GetApproval.Seen(db, ids, ct)).Select(a => Hit(new(a.Id, a.Number, a.Title, a.State)))];

    /// <summary>The key in a whole number, SP-0000012.</summary>
    internal static long? Key(string text) =>
        text.StartsWith("SP-", StringComparison.OrdinalIgnoreCase) && long.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var key) && text.Length >= 10 ? key : null;

    private static Task<List<Row>> Read(IQueryable<Approval> approvals, CancellationToken ct) => approvals.Select(a => new Row(a.Id, a.Number, a.Title, a.State)).ToListAsync(ct);

    private static PaletteHit Hit(Row r) => new(r.Title, $"{r.Number} · {ApprovalWords.State(r.State)}", $"/approvals/{r.Id.ToString(CultureInfo.InvariantCulture)}", "clipboard-check") { Id = r.Id };
}
