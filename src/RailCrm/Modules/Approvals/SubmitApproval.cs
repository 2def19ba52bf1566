using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>Asks for something that needs approval. Every kind, whatever its page, comes through here.</summary>
public sealed class SubmitApproval
{
    private readonly CrmDb _db;
    private readonly ApprovalKinds _kinds;
    private readonly ApprovalFlow _flow;

    internal SubmitApproval(CrmDb db, ApprovalKinds kinds, ApprovalFlow flow) => (_db, _kinds, _flow) = (db, kinds, flow);

    /// <summary>What the API takes.</summary>
    public sealed class Input
    {
        /// <summary>What kind of approval, such as customer.transfer.</summary>
        [Required]
        public string? Kind { get; set; }

        /// <summary>What is asked for, as the kind reads it.</summary>
        public JsonElement? Payload { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>Submits it. What is not there for the applicant, or not allowed, is refused; so is a second one for the same while the first is open.</summary>
    /// <param name="kind">Which <see cref="IApprovalKind"/>.</param>
    /// <param name="payload">What is asked for, JSON as the kind reads it.</param>
    /// <param name="reason">Why; needed.</param>
    /// <param name="key">Of the form or the caller: submitted again under it, the approval that there is comes back. Null where the caller sees to that.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Approval>> Run(string kind, string payload, string? reason, string? key, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (_kinds.Named(kind) is not { } known)
        {
            return new Refusal.Invalid("approval.kind_unknown", nameof(kind));
        }

        if (!MayAsk(known))
        {
            return new Refusal.Forbidden();
        }

        if (Wrong(reason, needed: true) is { } wrong)
        {
            return wrong;
        }

        if (payload.Length > Approval.PayloadLength)
        {
            return new Refusal.Invalid("approval.payload_long", nameof(payload));
        }

        if (!(await Check(known, payload, ct)).TryGet(out var subject, out var refusal))
        {
            return refusal;
        }

        return await _flow.Whole($"approvals:{kind}:{subject.CustomerId}", async () =>
        {
            var (me, customer) = (_db.Actor.UserId, subject.CustomerId);
            var all = _db.Set<Approval>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
            if (key is not null && await all.SingleOrDefaultAsync(a => a.ApplicantId == me && a.FormKey == key, ct) is { } before)
            {
                return before;
            }

            var race = known.IsRace;
            if (await all.AnyAsync(a => a.CustomerId == customer && a.Kind == kind && a.RecordKind == subject.RecordKind && a.RecordId == subject.RecordId && (a.State == ApprovalState.Pending || (a.State == ApprovalState.Returned && (!race || a.ApplicantId == me))), ct))
            {
                return new Refusal.Conflict("approval.open_already");
            }

            var template = await TemplateOf(kind, subject.AmountFen, ct);
            var id = await NextId(ct);
            var approval = new Approval
            {
                Id = id, Number = string.Create(CultureInfo.InvariantCulture, $"SP-{id:0000000}"), Kind = kind, CustomerId = customer, UnitId = subject.UnitId, RecordKind = subject.RecordKind, RecordId = subject.RecordId,
                Title = Title(subject), AmountFen = subject.AmountFen, AuthorityAction = subject.Takes?.Action, AuthorityAmount = subject.Takes?.Amount, Payload = payload, Lines = Lines(subject), Reason = reason!.Trim(), ApplicantId = me, FormKey = key,
                Route = template?.Route ?? Approval.Write(ApprovalTemplate.DefaultOf(known)), AskOnce = template?.AskOnce ?? true, SubmittedAt = _db.UtcNow, UpdatedAt = _db.UtcNow, Version = 1,
            };
            _db.Add(approval);
            _flow.Trail(approval, "submitted", comment: approval.Reason);
            return await _flow.Open(approval, 0, ct) is { } nobody ? nobody : approval;
        }, ct);
    }

    private bool MayAsk(IApprovalKind kind) => _db.Actor.May(kind.AskPermission) && _db.Actor.IsKnown && !_db.Actor.ReadsOnly;

    /// <remarks>A kind need not look at the scope: here it is looked at for all but those that say they do.</remarks>
    private async Task<Result<ApprovalSubject>> Check(IApprovalKind kind, string payload, CancellationToken ct) =>
        !(await kind.Check(_db, payload, ct)).TryGet(out var subject, out var refusal) ? refusal
        : !kind.IsRace && !await _db.Set<Customer>().AnyAsync(c => c.Id == subject.CustomerId, ct) ? new Refusal.NotFound()
        : await kind.Prevents(_db, payload, ct) is { } prevented ? prevented : subject;

    /// <summary>Submits a returned one anew, with another reason, as things stand now and as if it were the first time: in the applicant's own scope, not by the <see cref="ApprovalDesk"/>.</summary>
    public Task<Result<Approval>> Again(long id, int? version, string? reason, CancellationToken ct) => _flow.Change(id, version, async approval =>
    {
        if (approval.ApplicantId != _db.Actor.UserId || approval.State != ApprovalState.Returned)
        {
            return new Refusal.Conflict("approval.not_returned");
        }

        if (Wrong(reason, needed: true) is { } wrong)
        {
            return wrong;
        }

        if (_kinds.Named(approval.Kind) is not { } known)
        {
            return new Refusal.Conflict("approval.kind_gone");
        }

        if (!MayAsk(known))
        {
            return new Refusal.Forbidden();
        }

        if (!(await Check(known, approval.Payload, ct)).TryGet(out var subject, out var refusal))
        {
            return refusal is Refusal.NotFound ? new Refusal.Conflict("approval.out_of_sight") : refusal;
        }

        if (subject.CustomerId != approval.CustomerId)
        {
            return new Refusal.Conflict("approval.gone");
        }

        var template = await TemplateOf(approval.Kind, subject.AmountFen, ct);
        (approval.Reason, approval.Lines, approval.Title, approval.UnitId, approval.AmountFen) = (reason!.Trim(), Lines(subject), Title(subject), subject.UnitId, subject.AmountFen);
        (approval.AuthorityAction, approval.AuthorityAmount) = (subject.Takes?.Action, subject.Takes?.Amount);
        (approval.Route, approval.AskOnce) = (template?.Route ?? Approval.Write(ApprovalTemplate.DefaultOf(known)), template?.AskOnce ?? true);
        approval.Round++;
        _flow.Trail(approval, "resubmitted", comment: approval.Reason);
        return await _flow.Open(approval, 0, ct);
    }, ct);

    /// <summary>What is wrong with a reason or a comment; null where nothing is.</summary>
    internal static Refusal? Wrong(string? text, bool needed) =>
        needed && string.IsNullOrWhiteSpace(text) ? new Refusal.Invalid("approval.reason_needed", "Reason")
        : text?.Trim().Length > Approval.ReasonLength || !PlainText.IsStorable(text) ? new Refusal.Invalid("approval.reason_wrong", "Reason") : null;

    /// <summary>The template of the highest amount that is reached; null where none is set.</summary>
    private Task<ApprovalTemplate?> TemplateOf(string kind, long? amount, CancellationToken ct)
    {
        var fen = amount ?? 0;
        return _db.Set<ApprovalTemplate>().AsNoTracking().Where(t => t.Kind == kind && t.FromFen <= fen).OrderByDescending(t => t.FromFen).FirstOrDefaultAsync(ct);
    }

    /// <remarks>A customer's name alone may be as long as the title.</remarks>
    private static string Title(ApprovalSubject subject)
    {
        if (subject.Title.Length <= Approval.TitleLength)
        {
            return subject.Title;
        }

        var at = Approval.TitleLength - 1;
        return subject.Title[..(char.IsHighSurrogate(subject.Title[at - 1]) ? at - 1 : at)].TrimEnd() + "…";
    }

    private static string Lines(ApprovalSubject subject) => Approval.Write(subject.Lines.Select(l => new ApprovalLine(l.LabelKey, l.Before, l.After)));

    /// <remarks>Asked for before the insert because the number is made from it, as a customer's is.</remarks>
    private Task<long> NextId(CancellationToken ct) => _db.IsPostgres
        ? _db.Database.SqlQuery<long>($"SELECT nextval(pg_get_serial_sequence('approvals', 'id')) AS \"Value\"").SingleAsync(ct)
        : _db.Database.SqlQuery<long>($"SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'approvals'), 0) + 1 AS \"Value\"").SingleAsync(ct);

    internal static async Task<IResult> Post(Input input, SubmitApproval useCase, GetApproval get, HttpContext http, CancellationToken ct)
    {
        if (!(await useCase.Run(input.Kind ?? "", input.Payload?.GetRawText() ?? "{}", input.Reason, null, ct)).TryGet(out var approval, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        Versions.Tell(http, approval.Version);
        return TypedResults.Created($"/api/v1/approvals/{approval.Id}", await get.Told(approval, ct));
    }
}
