using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Sharing;

/// <summary>Whoever meets a customer beyond his scope in the duplicate check asks its unit to share it with him. He learns no more than the check told him: which unit it is, and what is alike.</summary>
internal sealed class AskShare(CrmDb db)
{
    /// <summary>Longest text that a request is called by.</summary>
    public const int MetLength = 150;

    /// <summary>What was typed in the form whose check met the customer, and what is asked for.</summary>
    public sealed class Input
    {
        /// <summary>The name that was typed.</summary>
        public string? Name { get; set; }

        /// <summary>The credit code that was typed.</summary>
        public string? CreditCode { get; set; }

        /// <summary>The phone that was typed.</summary>
        public string? Phone { get; set; }

        /// <summary>The address that was typed.</summary>
        public string? Address { get; set; }

        /// <summary>The unit that the check named.</summary>
        public string? Unit { get; set; }

        /// <summary>Whether the customer is to be changed too.</summary>
        public bool Writes { get; set; }

        /// <summary>The first day without it; missing for ever.</summary>
        public DateOnly? Until { get; set; }

        /// <summary>Why.</summary>
        public string? Reason { get; set; }
    }

    /// <summary>What the check meets beyond the actor's scope in the unit that was named; null where that is nothing. Of several the one that is most alike.</summary>
    public async Task<FindDuplicates.Met?> Meets(Input input, CancellationToken ct) =>
        (await FindDuplicates.Finds(db, null, input.Name, input.CreditCode, input.Phone, input.Address, ct))?.FirstOrDefault(m => m.Match.Id is null && m.Match.UnitName == input.Unit);

    /// <summary>Asks for it by services that see the whole group.</summary>
    public async Task<Result<Approval>> Run(Input input, SubmitApproval submit, CancellationToken ct)
    {
        if (await Meets(input, ct) is not { } met)
        {
            return new Refusal.Invalid("share.ask_nobody", nameof(Input.Unit));
        }

        var said = string.Join(" · ", new[] { input.Name, input.CreditCode, input.Phone, input.Address }.Select(PlainText.Trimmed).OfType<string>());
        var asked = await submit.Run(CustomerShare.Name, CustomerShare.Payload(new(met.Id, db.Actor.UserId, null, input.Writes, input.Until, said[..Math.Min(said.Length, MetLength)])), input.Reason, null, ct);
        return asked.Refusal is Refusal.NotFound ? new Refusal.Conflict("share.ask_not_now") : asked; // It lies in the bin, which is none of the applicant's business.
    }

    /// <remarks>The use case looks in the caller's scope, for it was made before <see cref="ApprovalDesk.AskFilter"/> put the desk's services into the request.</remarks>
    internal static async Task<IResult> Post(Input input, AskShare useCase, HttpContext http, CancellationToken ct)
    {
        if (!(await useCase.Run(input, http.RequestServices.GetRequiredService<SubmitApproval>(), ct)).TryGet(out var approval, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        Versions.Tell(http, approval.Version);
        return TypedResults.Created($"/api/v1/approvals/{approval.Id}", await http.RequestServices.GetRequiredService<GetApproval>().Told(approval, ct) with { CustomerId = null });
    }
}
