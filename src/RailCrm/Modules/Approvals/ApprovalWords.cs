using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Approvals;

/// <summary>States, nodes and deadlines as pages say them.</summary>
internal static class ApprovalWords
{
    public static string State(ApprovalState state) => Texts.Get($"approval.state_{Snake(state)}");

    public static string Colour(ApprovalState state) => state switch
    {
        ApprovalState.Pending => "info",
        ApprovalState.Granted => "success",
        ApprovalState.Refused => "danger",
        ApprovalState.Withdrawn => "neutral",
        ApprovalState.Returned => "warning",
    };

    public static string Step(StepState state) => Texts.Get($"approval.step_{Snake(state)}");

    public static string StepColour(StepState state) => state switch
    {
        StepState.Waiting or StepState.Closed => "neutral",
        StepState.Pending => "info",
        StepState.Granted => "success",
        StepState.Refused => "danger",
        StepState.Returned => "warning",
    };

    public static string By(NodeBy by) => Texts.Get($"approval.by_{Snake(by)}");

    public static string Mode(NodeMode mode) => Texts.Get($"approval.mode_{Snake(mode)}");

    public static string Unit(DueUnit unit) => Texts.Get($"approval.due_{Snake(unit)}");

    public static string Level(Organization.UnitLevel level) => Texts.Get($"approval.level_{Snake(level)}");

    /// <summary>A node in one line: who, how many, how long.</summary>
    public static string Node(ApprovalNode node, IReadOnlyDictionary<long, string> roles, IReadOnlyDictionary<long, string> people)
    {
        var who = node.By switch
        {
            NodeBy.Head or NodeBy.HeadAbove or NodeBy.GroupHead or NodeBy.Authority => By(node.By),
            NodeBy.AccountManager => $"{By(node.By)} · {(node.Level is { } level ? Level(level) : "")}",
            NodeBy.Role => $"{By(node.By)} · {roles.GetValueOrDefault(node.RoleId ?? 0)}",
            NodeBy.Person => people.GetValueOrDefault(node.UserId ?? 0) ?? By(node.By),
        };
        return string.Join(" · ", new[] { who, Mode(node.Mode), node.Due is { } due ? $"{due.ToString(CultureInfo.CurrentCulture)} {Unit(node.Unit)}" : null }.OfType<string>());
    }

    /// <summary>The names of the roles and people that some nodes name.</summary>
    public static async Task<(IReadOnlyDictionary<long, string> Roles, IReadOnlyDictionary<long, string> People)> Named(CrmDb db, IEnumerable<ApprovalNode> nodes, CancellationToken ct)
    {
        var all = nodes.ToList();
        List<long> roles = [.. all.Select(n => n.RoleId).OfType<long>()], people = [.. all.Select(n => n.UserId).OfType<long>()];
        return (await db.Set<Role>().Where(r => EF.Parameter(roles).Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name ?? "", ct),
            await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct));
    }

    private static string Snake<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
