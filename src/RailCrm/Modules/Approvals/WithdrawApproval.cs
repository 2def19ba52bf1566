using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Approvals;

/// <summary>撤回: the applicant takes back what is not decided. Runs by the <see cref="ApprovalDesk"/>.</summary>
internal sealed class WithdrawApproval(CrmDb db, ApprovalFlow flow)
{
    public sealed class Input
    {
        /// <summary>Why; may be missing.</summary>
        public string? Comment { get; set; }
    }

    public async Task<Result<Approval>> Run(long id, int? version, Input input, CancellationToken ct)
    {
        if (SubmitApproval.Wrong(input.Comment, needed: false) is Refusal.Invalid wrong)
        {
            return wrong with { Field = nameof(Input.Comment) };
        }

        return await flow.Change(id, version, async approval =>
        {
            if (approval.ApplicantId != db.Actor.UserId)
            {
                return new Refusal.Conflict("approval.not_applicant");
            }

            if (!approval.IsOpen)
            {
                return new Refusal.Conflict("approval.closed");
            }

            flow.Trail(approval, "withdrawn", comment: PlainText.Trimmed(input.Comment));
            flow.End(approval, ApprovalState.Withdrawn, await flow.Steps(approval, ct));
            return null;
        }, ct);
    }

    /// <remarks>By the services that the desk's filter put there.</remarks>
    internal static async Task<IResult> Post(long id, Input input, HttpContext http, CancellationToken ct) =>
        await ApprovalDesk.Answer(http, await http.RequestServices.GetRequiredService<WithdrawApproval>().Run(id, Versions.Asked(http), input, ct), ct);
}
