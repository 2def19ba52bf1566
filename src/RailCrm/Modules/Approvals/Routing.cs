namespace RailCrm.Modules.Approvals;

/// <summary>A unit of the line that decides, with its heads.</summary>
/// <param name="UnitId">The unit.</param>
/// <param name="Heads">Enabled accounts that work in that very unit and whose role holds <c>customers.supervise</c>.</param>
internal sealed record LineUnit(long UnitId, IReadOnlyList<long> Heads);

/// <summary>Whom a node asks, and when it is done. No database here.</summary>
internal static class Routing
{
    /// <summary>Heads at or above a place of the line. A unit without heads is passed over; where the applicant is one of a unit's heads the unit above decides, since nobody approves his own and no colleague beside him does. Empty where nobody is left up to the group.</summary>
    /// <param name="line">The owning unit first, the group last.</param>
    /// <param name="from">Where to begin; beyond the group is the group.</param>
    /// <param name="applicant">Who asks.</param>
    public static IReadOnlyList<long> Heads(IReadOnlyList<LineUnit> line, int from, long applicant)
    {
        for (var at = Math.Min(from, line.Count - 1); at >= 0 && at < line.Count; at++)
        {
            var (heads, top) = (line[at].Heads, at == line.Count - 1);
            if (heads.Count > 0 && (top || !heads.Contains(applicant)))
            {
                return [.. heads.Where(h => h != applicant)]; // At the top there is nobody above: the others of the group.
            }
        }

        return [];
    }

    /// <summary>The people a node names, without the applicant; where none is left, heads of the line.</summary>
    /// <param name="named">Account managers, accounts of a role, one person; null where the node asks for heads.</param>
    /// <param name="line">The owning unit first, the group last.</param>
    /// <param name="from">Where heads begin.</param>
    /// <param name="applicant">Who asks.</param>
    public static IReadOnlyList<long> Approvers(IReadOnlyList<long>? named, IReadOnlyList<LineUnit> line, int from, long applicant) =>
        named?.Where(n => n != applicant).Distinct().ToList() is { Count: > 0 } people ? people : Heads(line, from, applicant);

    /// <summary>Where on the line a node begins.</summary>
    public static int From(ApprovalNode node, IReadOnlyList<LineUnit> line) => node.By switch
    {
        NodeBy.Head or NodeBy.AccountManager or NodeBy.Role or NodeBy.Person or NodeBy.Authority => 0,
        NodeBy.HeadAbove => 1,
        NodeBy.GroupHead => line.Count - 1,
    };

    /// <summary>Those whose turn has come: whoever waited for one who has agreed.</summary>
    public static IReadOnlyList<ApprovalStep> Due(IReadOnlyList<ApprovalStep> steps) =>
        [.. steps.Where(s => s.State == StepState.Waiting && (s.After is null || steps.Any(p => p.Place == s.After && p.State == StepState.Granted)))];

    /// <summary>Whether the node has agreed. Where one is enough, whoever he added after himself must have agreed too.</summary>
    public static bool IsDone(NodeMode mode, IReadOnlyList<ApprovalStep> steps) => mode switch
    {
        NodeMode.Any => steps.Any(s => !s.Added && Through(s, steps)),
        NodeMode.All or NodeMode.InTurn => steps.Any(s => s.State == StepState.Granted) && steps.All(s => s.State is StepState.Granted or StepState.Closed),
    };

    private static bool Through(ApprovalStep step, IReadOnlyList<ApprovalStep> steps) =>
        step.State == StepState.Granted && steps.Where(s => s.After == step.Place && s.Added && s.State != StepState.Closed).All(s => Through(s, steps));
}
