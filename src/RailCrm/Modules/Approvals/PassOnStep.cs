using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>An approver has somebody else decide too (加签), or instead (转办); and who takes part lets others read (抄送). Runs by the <see cref="ApprovalDesk"/>.</summary>
internal sealed class PassOnStep(CrmDb db, ApprovalFlow flow, Deciders deciders)
{
    public enum How
    {
        /// <summary>Somebody decides before the actor.</summary>
        Before,

        /// <summary>The actor agrees, and somebody decides after.</summary>
        After,

        /// <summary>Somebody decides instead.</summary>
        Instead,
    }

    public sealed class Input
    {
        public How? How { get; set; }

        public long? UserId { get; set; }

        public string? Comment { get; set; }
    }

    public async Task<Result<Approval>> Run(long id, int? version, long? stepId, Input input, CancellationToken ct)
    {
        if (input.How is not { } how || !Enum.IsDefined(how))
        {
            return new Refusal.Invalid("approval.how_needed", nameof(Input.How));
        }

        if (SubmitApproval.Wrong(input.Comment, needed: false) is Refusal.Invalid wrong)
        {
            return wrong with { Field = nameof(Input.Comment) };
        }

        return await flow.Change(id, version, approval => Pass(approval, stepId, how, input.UserId, PlainText.Trimmed(input.Comment), ct), ct);
    }

    private async Task<Refusal?> Pass(Approval approval, long? stepId, How how, long? userId, string? comment, CancellationToken ct)
    {
        var steps = await flow.Steps(approval, ct);
        if (DecideApproval.Mine(approval, steps, db.Actor.UserId, stepId) is not { } mine)
        {
            return DecideApproval.NotMine(approval, db.Actor.UserId);
        }

        if (how == How.After && await flow.Prevents(approval, mine, agrees: true, ct) is { } prevented)
        {
            return prevented; // Who asks somebody after him agrees with that.
        }

        if (await Fits(approval, userId, ct) is not { } colleague || (how == How.Instead && !(colleague.MayDecide && await flow.MayDecide(approval, mine, (colleague.Id, mine.ForId ?? mine.UserId), ct))))
        {
            return new Refusal.Invalid("approval.colleague_unknown", nameof(Input.UserId));
        }

        if (steps.Any(s => s.IsOpen && s.UserId == colleague.Id))
        {
            return new Refusal.Invalid("approval.asked_already", nameof(Input.UserId));
        }

        var node = approval.Nodes[approval.Node];
        if (how == How.Instead)
        {
            flow.Trail(approval, "passed_on", mine.Node, target: colleague.Id, instead: mine.ForId, comment: comment);
            (mine.ForId, mine.UserId) = (mine.ForId ?? mine.UserId, colleague.Id);
            await flow.Ask(approval, node, mine, steps, ct);
            return null;
        }

        var added = new ApprovalStep { ApprovalId = approval.Id, Round = approval.Round, Node = approval.Node, Place = steps.Max(s => s.Place) + 1, Added = true, UserId = colleague.Id };
        db.Add(added);
        if (how == How.Before)
        {
            flow.Trail(approval, "added_before", mine.Node, target: colleague.Id, comment: comment);
            (added.After, mine.After, mine.State) = (mine.After, added.Place, StepState.Waiting);
        }
        else
        {
            flow.Trail(approval, "added_after", mine.Node, target: colleague.Id, instead: mine.ForId, comment: comment);
            foreach (var next in steps.Where(s => s.After == mine.Place && s.State == StepState.Waiting))
            {
                next.After = added.Place; // In turn: whoever came after the actor now comes after the one added.
            }

            (added.After, mine.State, mine.Comment, mine.DecidedAt) = (mine.Place, StepState.Granted, comment, db.UtcNow);
        }

        return await flow.GoOn(approval, [.. steps, added], ct);
    }

    /// <summary>Lets somebody read it.</summary>
    public Task<Result<Approval>> Copy(long id, long? userId, CancellationToken ct) => flow.Change(id, null, async approval =>
    {
        var me = db.Actor.UserId;
        if (!approval.IsOpen || (approval.ApplicantId != me && !await db.Set<ApprovalStep>().AnyAsync(s => s.ApprovalId == id && (s.UserId == me || s.ForId == me), ct)))
        {
            return new Refusal.Conflict(approval.IsOpen ? "approval.not_asked" : "approval.closed");
        }

        if (await Fits(approval, userId, ct) is not { } colleague)
        {
            return new Refusal.Invalid("approval.colleague_unknown", nameof(Input.UserId));
        }

        if (await db.Set<ApprovalCopy>().FindAsync([colleague.Id, approval.Id], ct) is null)
        {
            db.Add(new ApprovalCopy { ApprovalId = approval.Id, UserId = colleague.Id, At = db.UtcNow });
            flow.Trail(approval, "copied", target: colleague.Id);
            flow.Tell(approval, colleague.Id, Told.Copied);
        }

        return null;
    }, ct);

    private async Task<Deciders.Colleague?> Fits(Approval approval, long? userId, CancellationToken ct) =>
        userId is null || userId == approval.ApplicantId ? null : (await deciders.Colleagues(ct)).FirstOrDefault(c => c.Id == userId);
}
