using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Waybills;

/// <summary>A line that somebody writes, changes or takes away by hand: through the same rules and the same ledger as any other, and each time with an audit entry.</summary>
internal sealed class SaveWaybill(CrmDb db, CustomFields fields, RecordWaybills record, WaybillBin bin, IEnumerable<IFiguresChanged> followers)
{
    /// <summary>The source of lines that no other system knows.</summary>
    public const string ByHand = "manual";

    /// <summary>The name under which whoever gives a line its number waits for whoever does the same.</summary>
    internal static string Numbered(string source, string number) => $"waybill:{source}:{number}";

    /// <summary>Creates a line where <paramref name="id"/> is null, else changes it if it is still as seen.</summary>
    /// <param name="id">The line.</param>
    /// <param name="state">As <see cref="GetWaybill"/> gave it; null takes the line as it is.</param>
    /// <param name="draft">What it says. Source and number of a line never change.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<long>> Run(long? id, string? state, WaybillDraft draft, CancellationToken ct)
    {
        var saved = await db.Write<Result<long>>(async () =>
        {
            var named = id is null ? [] : await record.Named([draft], ct);
            var before = id is { } known ? await Locked(known, named, ct) : null;
            if (id is not null && before is null)
            {
                return new Refusal.NotFound();
            }

            if (before is not null && state is not null && GetWaybill.StateOf(before) != state)
            {
                return new Refusal.Stale();
            }

            if (before is not null && Shared(await Ownership.Of(db, [before.CustomerId], ct), before.CustomerId, named.Any(c => c != before.CustomerId)) is { } shared)
            {
                return new Refusal.Forbidden(shared);
            }

            var source = before?.Source ?? ByHand;
            draft.ExternalNo = before?.ExternalNo ?? draft.ExternalNo;
            var number = draft.ExternalNo?.Trim() is { Length: > 0 } written && PlainText.IsStorable(written) ? written : null;
            await (before is null && number is not null ? db.Alone(Numbered(source, number), ct) : Task.CompletedTask); // Of two who create it the second sees the first.
            if (before is null && number is not null
                && await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AnyAsync(w => w.Source == source && w.ExternalNo == number, ct))
            {
                return new Refusal.Invalid("waybill.number_exists", nameof(draft.ExternalNo));
            }

            var own = new WaybillLine { Custom = before?.Custom };
            if (await fields.Apply(db, "waybills", own, before?.Id ?? 0, before?.CustomerId ?? 0, Asked(draft.Custom, before), draft, ct) is { } wrong)
            {
                return wrong;
            }

            var answer = (await record.Run(source, [draft], createCustomers: false, ct))[0];
            if (answer.Errors.Count > 0)
            {
                return new Refusal.InvalidMany(answer.Errors);
            }

            var after = await db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.Source == source && w.ExternalNo == number, ct);
            if (own.Custom != after.Custom)
            {
                after.Custom = own.Custom;
                await db.Set<WaybillLine>().Where(w => w.Id == after.Id).ExecuteUpdateAsync(u => u.SetProperty(w => w.Custom, own.Custom), ct);
                await Tell(db, before is null ? [] : [(before, after)], ct);
            }

            if (answer.Outcome != LineOutcome.Unchanged || own.Custom != before?.Custom)
            {
                db.Add(Told(db, before is null ? "created" : "updated", before, after));
                await db.SaveChangesAsync(ct);
                await RenewWaybillPairs.Of(db, [WaybillScore.Subject.Of(after)], ct);
            }

            return after.Id;
        }, ct);
        await Follow(saved, ct);
        return saved;
    }

    /// <summary>What is said of own fields; of a line that stands already the required ones too that are left out, as they are there, so that they are asked for as in the form.</summary>
    private Dictionary<string, string?>? Asked(Dictionary<string, string?>? said, WaybillLine? before)
    {
        var left = before is null ? [] : fields.Of("waybills", db.Actor).Where(f => f.Required && said?.ContainsKey(f.Key) != true).ToList();
        var stood = left.Count == 0 ? null : fields.Said("waybills", before!.Custom, db.Actor);
        return stood is null ? said : (said ?? []).Concat(left.Select(f => KeyValuePair.Create(f.Key, stood[f.Key]))).ToDictionary();
    }

    /// <summary>Why a line of a customer may not be changed, or become another's with <paramref name="moves"/>; null where it may. Else a customer that is only shared could be emptied line by line.</summary>
    internal static string? Shared(Ownership held, long customerId, bool moves) => moves && !held.Owned.Contains(customerId) ? "waybill.shared_stays" : held.Changes(customerId) ? null : "waybill.shared_reads";

    /// <summary>Puts a line into the bin if it is still as seen; answers its id.</summary>
    public async Task<Result<long>> Delete(long id, string? state, CancellationToken ct)
    {
        var gone = await db.Write<Result<long>>(async () =>
        {
            if (await Locked(id, [], ct) is not { } line)
            {
                return new Refusal.NotFound();
            }

            if (state is not null && GetWaybill.StateOf(line) != state)
            {
                return new Refusal.Stale();
            }

            if (!(await Ownership.Of(db, [line.CustomerId], ct)).Owned.Contains(line.CustomerId))
            {
                return new Refusal.Forbidden("waybill.shared_stays");
            }

            await bin.Put([line], null, ct);
            return id;
        }, ct);
        await Follow(gone, ct);
        return gone;
    }

    private async Task<WaybillLine?> Locked(long id, IEnumerable<long> others, CancellationToken ct)
    {
        await HeldLines.Hold(db, [id], others, ct);
        return await db.Set<WaybillLine>().AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct);
    }

    /// <summary>What the trail says of a change.</summary>
    internal static AuditEntry Told(CrmDb db, string action, WaybillLine? before, WaybillLine? after) =>
        new(db.Actor, db.UtcNow, action, nameof(WaybillLine), (after ?? before)!.Id, (after ?? before)!.CustomerId, JsonSerializer.Serialize(Changes(before, after), AuditJson));

    private static readonly System.Reflection.PropertyInfo[] Fields = [.. typeof(WaybillLine).GetProperties().Where(p => p is { CanWrite: true, Name: not (nameof(WaybillLine.Id) or nameof(WaybillLine.Custom)) })];

    /// <summary>Field → before and after.</summary>
    internal static Dictionary<string, object?[]> Changes(WaybillLine? before, WaybillLine? after)
    {
        var changes = Fields.Select(p => (p.Name, Before: before is null ? null : p.GetValue(before), After: after is null ? null : p.GetValue(after)))
            .Where(p => !Equals(p.Before, p.After)).ToDictionary(p => p.Name, p => (object?[])[p.Before, p.After]);
        AuditEntry.Custom(changes, before?.Custom, after?.Custom);
        return changes;
    }

    /// <summary>Tells whoever follows a line that it was changed.</summary>
    internal static async Task Tell(CrmDb db, IEnumerable<(WaybillLine Before, WaybillLine After)> changed, CancellationToken ct)
    {
        if (await TellInbox.Of(db, [.. changed.Select(c => new TellInbox.Change(RecordKind.Waybill, c.After.CustomerId, c.After.Id, () => Changes(c.Before, c.After).Keys))], ct) is { Count: > 0 } told)
        {
            db.AddRange(told);
            await db.SaveChangesAsync(ct);
        }
    }

    internal static readonly JsonSerializerOptions AuditJson = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };

    private async Task Follow(Result<long> done, CancellationToken ct)
    {
        if (done.TryGet(out _, out _))
        {
            foreach (var follower in followers)
            {
                await follower.Run(ct);
            }
        }
    }

    public static async Task<IResult> Remove(long id, SaveWaybill useCase, HttpContext http, CancellationToken ct) =>
        (await useCase.Delete(id, Asked(http), ct)).Answer(_ => TypedResults.NoContent());

    /// <summary>The whole line as it is to be, if it still is as <c>If-Match</c> says. Its source and number stay: another number is refused.</summary>
    public static async Task<IResult> Put(long id, WaybillDraft draft, SaveWaybill useCase, GetWaybill get, HttpContext http, CancellationToken ct)
    {
        if (!string.IsNullOrWhiteSpace(draft.ExternalNo) && (await get.Run(id, ct)).TryGet(out var now, out _) && now.Line.ExternalNo != draft.ExternalNo.Trim())
        {
            return Answers.Problem(new Refusal.Invalid("waybill.number_fixed", nameof(draft.ExternalNo)));
        }

        return (await useCase.Run(id, Asked(http), draft, ct)).TryGet(out _, out var refusal) ? await GetWaybill.Get(id, get, http, ct) : Answers.Problem(refusal);
    }

    /// <summary>The state a change was made for; null where none was named.</summary>
    internal static string? Asked(HttpContext http) => http.Request.Headers.IfMatch.ToString() is { Length: > 0 } match and not "*" ? match.Trim('"') : null;
}
