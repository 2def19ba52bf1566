using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>What an approver says.</summary>
public enum Decision
{
    /// <summary>同意.</summary>
    Approve,

    /// <summary>拒绝.</summary>
    Refuse,

    /// <summary>退回: to the applicant, or to an earlier node.</summary>
    Return,
}

/// <summary>An approver decides. Runs by the <see cref="ApprovalDesk"/>, since whoever is asked need not see the customer.</summary>
internal sealed class DecideApproval(CrmDb db, ApprovalFlow flow)
{
    public sealed class Input
    {
        /// <summary>approve, refuse or return.</summary>
        public Decision? Decision { get; set; }

        /// <summary>Needed to refuse and to return.</summary>
        public string? Comment { get; set; }

        /// <summary>The node it is returned to, from 1; the applicant where missing.</summary>
        public int? ToNode { get; set; }
    }

    /// <summary>Decides for the actor.</summary>
    /// <param name="id">The approval.</param>
    /// <param name="version">As the actor saw it, with its documents; null where that does not matter.</param>
    /// <param name="stepId">The step that the actor saw; null for whichever is open. One decided already is refused.</param>
    /// <param name="input">What is decided.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Approval>> Run(long id, int? version, long? stepId, Input input, CancellationToken ct)
    {
        if (input.Decision is not { } decision || !Enum.IsDefined(decision))
        {
            return new Refusal.Invalid("approval.decision_needed", nameof(Input.Decision));
        }

        if (SubmitApproval.Wrong(input.Comment, needed: decision != Decision.Approve) is Refusal.Invalid wrong)
        {
            return wrong with { Field = nameof(Input.Comment), Code = wrong.Code == "approval.reason_needed" ? "approval.comment_needed" : wrong.Code };
        }

        return await flow.Change(id, null, approval => Decide(approval, version, stepId, decision, PlainText.Trimmed(input.Comment), input.ToNode, ct), ct);
    }

    private async Task<Refusal?> Decide(Approval approval, int? version, long? stepId, Decision decision, string? comment, int? toNode, CancellationToken ct)
    {
        var steps = await flow.Steps(approval, ct);
        if (Mine(approval, steps, db.Actor.UserId, stepId) is not { } mine)
        {
            return NotMine(approval, db.Actor.UserId); // Too late says more than changed.
        }

        if (version is not null && version != approval.Version)
        {
            return new Refusal.Stale();
        }

        if (await flow.Prevents(approval, mine, agrees: decision == Decision.Approve, ct) is { } prevented)
        {
            return prevented;
        }

        (mine.Comment, mine.DecidedAt) = (comment, db.UtcNow);
        switch (decision)
        {
            case Decision.Approve:
                mine.State = StepState.Granted;
                flow.Trail(approval, "granted", mine.Node, instead: mine.ForId, comment: comment);
                return await flow.GoOn(approval, steps, ct);
            case Decision.Refuse:
                mine.State = StepState.Refused;
                flow.Trail(approval, "refused", mine.Node, instead: mine.ForId, comment: comment);
                flow.End(approval, ApprovalState.Refused, steps);
                flow.Tell(approval, approval.ApplicantId, Told.Refused);
                return null;
            case Decision.Return:
                mine.State = StepState.Returned;
                return await Return(approval, mine, steps, toNode, comment, ct);
            default:
                throw new InvalidOperationException($"No decision {decision}.");
        }
    }

    private async Task<Refusal?> Return(Approval approval, ApprovalStep mine, List<ApprovalStep> steps, int? toNode, string? comment, CancellationToken ct)
    {
        flow.Close(steps);
        if (toNode is null)
        {
            approval.State = ApprovalState.Returned;
            flow.Trail(approval, "returned", mine.Node, instead: mine.ForId, comment: comment);
            flow.Tell(approval, approval.ApplicantId, Told.Returned);
            return null;
        }

        if (toNode < 1 || toNode > approval.Node)
        {
            return new Refusal.Invalid("approval.node_wrong", nameof(Input.ToNode));
        }

        flow.Trail(approval, "sent_back", mine.Node, instead: mine.ForId, comment: comment);
        approval.Round++;
        return await flow.Open(approval, toNode.Value - 1, ct);
    }

    /// <summary>The open step of somebody; null where there is none, or another than was seen.</summary>
    internal static ApprovalStep? Mine(Approval approval, IEnumerable<ApprovalStep> steps, long user, long? seen) =>
        approval.State != ApprovalState.Pending || approval.ApplicantId == user ? null : steps.FirstOrDefault(s => s.State == StepState.Pending && s.UserId == user && (seen is null || s.Id == seen));

    /// <summary>Why somebody has nothing to decide: seen, but not asked, or no longer.</summary>
    internal static Refusal.Conflict NotMine(Approval approval, long user) => new(
        !approval.IsOpen ? "approval.closed" : approval.ApplicantId == user ? "approval.own" : approval.State == ApprovalState.Returned ? "approval.is_returned" : "approval.not_asked");

    /// <remarks>By the services that the desk's filter put there.</remarks>
    internal static async Task<IResult> Post(long id, Input input, HttpContext http, CancellationToken ct) =>
        await ApprovalDesk.Answer(http, await http.RequestServices.GetRequiredService<DecideApproval>().Run(id, Versions.Asked(http), null, input, ct), ct);
}
