using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>Whom a node asks, when it is done, and until when: the rules alone.</summary>
public sealed class RoutingTests
{
    private const long Applicant = 7;

    private static IReadOnlyList<LineUnit> Line(params long[][] heads) => [.. heads.Select((h, i) => new LineUnit(i + 1, h))];

    private static ApprovalStep Step(int place, StepState state, int? after = null, bool added = false) => new() { Place = place, State = state, After = after, Added = added };

    [Fact]
    public void Heads_of_the_unit_decide_and_of_the_unit_above_where_there_is_none()
    {
        Assert.Equal([1, 2], Routing.Heads(Line([1, 2], [3], [4]), 0, Applicant));
        Assert.Equal([3], Routing.Heads(Line([], [3], [4]), 0, Applicant));
        Assert.Equal([4], Routing.Heads(Line([1], [], [4]), 1, Applicant));
        Assert.Equal([4], Routing.Heads(Line([1], [3], [4]), 9, Applicant));
        Assert.Empty(Routing.Heads(Line([], [], []), 0, Applicant));
    }

    [Fact]
    public void Nobody_decides_on_his_own_request_nor_does_a_colleague_beside_him()
    {
        Assert.Equal([3], Routing.Heads(Line([Applicant], [3], [4]), 0, Applicant));
        Assert.Equal([3], Routing.Heads(Line([Applicant, 1], [3], [4]), 0, Applicant));
        Assert.Equal([4], Routing.Heads(Line([1], [3], [4, Applicant]), 2, Applicant)); // Above the group is nobody: the others of the group decide.
        Assert.Empty(Routing.Heads(Line([], [], [Applicant]), 0, Applicant));
        Assert.Equal([5], Routing.Approvers([Applicant, 5, 5], Line([1]), 0, Applicant));
        Assert.Equal([1], Routing.Approvers([Applicant], Line([1]), 0, Applicant));
        Assert.Equal([1], Routing.Approvers([], Line([1]), 0, Applicant));
    }

    [Fact]
    public void A_node_of_all_waits_for_everybody_and_one_of_any_for_one()
    {
        Assert.False(Routing.IsDone(NodeMode.All, [Step(1, StepState.Granted), Step(2, StepState.Pending)]));
        Assert.True(Routing.IsDone(NodeMode.All, [Step(1, StepState.Granted), Step(2, StepState.Granted), Step(3, StepState.Closed)]));
        Assert.False(Routing.IsDone(NodeMode.All, [Step(1, StepState.Closed)]));
        Assert.True(Routing.IsDone(NodeMode.Any, [Step(1, StepState.Granted), Step(2, StepState.Pending)]));
        Assert.False(Routing.IsDone(NodeMode.Any, [Step(1, StepState.Pending), Step(2, StepState.Pending)]));
    }

    [Fact]
    public void In_turn_one_is_asked_after_the_other()
    {
        ApprovalStep[] steps = [Step(1, StepState.Pending), Step(2, StepState.Waiting, 1), Step(3, StepState.Waiting, 2)];
        Assert.Empty(Routing.Due(steps));
        steps[0].State = StepState.Granted;
        Assert.Equal([2], Routing.Due(steps).Select(s => s.Place));
        Assert.False(Routing.IsDone(NodeMode.InTurn, steps));
    }

    [Fact]
    public void Whoever_was_added_must_agree_where_one_would_be_enough()
    {
        ApprovalStep[] after = [Step(1, StepState.Granted), Step(2, StepState.Pending), Step(3, StepState.Waiting, 1, added: true)];
        Assert.False(Routing.IsDone(NodeMode.Any, after));
        Assert.Equal([3], Routing.Due(after).Select(s => s.Place));
        after[2].State = StepState.Granted;
        Assert.True(Routing.IsDone(NodeMode.Any, after));

        ApprovalStep[] before = [Step(1, StepState.Waiting, 2), Step(2, StepState.Granted, added: true)];
        Assert.False(Routing.IsDone(NodeMode.Any, before)); // Only whom the template names agrees for the node.
        Assert.Equal([1], Routing.Due(before).Select(s => s.Place));
    }

    [Theory]
    [InlineData("2026-04-01T01:00:00", 3, DueUnit.WorkingDays, "2026-04-07T01:00:00")] // Over Qingming, 4 to 6 April.
    [InlineData("2026-04-04T15:00:00", 1, DueUnit.WorkingDays, "2026-04-08T00:00:00")]
    [InlineData("2026-04-01T10:00:00", 8, DueUnit.Hours, "2026-04-01T18:00:00")]
    [InlineData("2026-04-03T20:00:00", 8, DueUnit.Hours, "2026-04-07T04:00:00")]
    [InlineData("2026-04-05T20:00:00", 30, DueUnit.Hours, "2026-04-08T06:00:00")]
    public void A_deadline_goes_by_the_business_calendar(string asked, int due, DueUnit unit, string expected)
    {
        var calendar = new WorkingDays(new Dictionary<DateOnly, bool> { [new(2026, 4, 4)] = false, [new(2026, 4, 5)] = false, [new(2026, 4, 6)] = false });
        static DateTime Utc(string beijing) => DateTime.Parse(beijing, CultureInfo.InvariantCulture).AddHours(-8);

        Assert.Equal(Utc(expected), Deadline.Of(Utc(asked), due, unit, calendar));
    }

    [Fact]
    public void One_is_reminded_when_a_quarter_of_the_time_is_left()
    {
        var asked = new DateTime(2026, 4, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal(asked.AddHours(6), Deadline.Reminder(asked, asked.AddHours(8)));
    }
}
