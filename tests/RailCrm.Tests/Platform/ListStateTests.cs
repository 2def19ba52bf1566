using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Ui.Lists;

namespace RailCrm.Tests.Platform;

public sealed class ListStateTests
{
    private static readonly ListOf[] Lists = [new CustomerList(), new ContactList(), new WaybillList(), new BinList(), new ContactBinList(), new WaybillBinList(), new EmployeeList()];

    private static SavedViews.Choices Choices(ListOf list) => new(
        [.. list.Views.Select(v => new SavedViews.Choice(v.Key, v.Key, v.Address, false, false, null, true, false)), new("7", "自己的", $"sort={list.Order}&layout=cards", true, false, new(), true, true)], new Dictionary<string, ListLook>());

    private static ListState Opened(ListOf list, string address) =>
        ListState.Of(list, QueryHelpers.ParseQuery(address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..]).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), Choices(list));

    [Fact]
    public void Groups_unfold_by_the_address_and_a_view_keeps_the_field_that_divides_them()
    {
        var (list, waybills) = (new CustomerList(), new WaybillList());
        var state = Opened(list, "layout=groups&group=tier&then=unit");

        Assert.Equal("unit", list.ThenBy(state.View)!.Key);
        Assert.Equal("unit", Opened(list, $"view=large&{state.View.Kept(list).TrimStart('?')}").View.Then);
        Assert.Null(list.ThenBy(Opened(list, "layout=groups&group=tier&then=tier").View));
        Assert.Null(list.ThenBy(Opened(list, "layout=chart&group=tier&then=unit").View));
        Assert.Null(ListState.Unfolds([]));
        Assert.Empty(ListState.Unfolds(["-"])!);
        foreach (string[] open in new string[][] { [], ["large", ""] })
        {
            var address = state.Unfolded(open);
            Assert.Equal(open, ListState.Unfolds(QueryHelpers.ParseQuery(address[address.IndexOf('?', StringComparison.Ordinal)..])["open"]));
        }

        Assert.Equal(("tier", "service", "service"), (list.GroupedBy(Opened(list, "layout=board").View).Key, waybills.GroupedBy(Opened(waybills, "layout=board").View).Key, waybills.GroupedBy(Opened(waybills, "layout=board&group=month").View).Key));
        Assert.Equal("month", waybills.GroupedBy(Opened(waybills, "layout=groups").View).Key);
        Assert.DoesNotContain(waybills.Find("mode")!.Held, o => o.Value == waybills.Find("mode")!.UnknownAs);
    }

    [Fact]
    public void What_is_taken_off_a_view_stays_off_whatever_else_it_holds()
    {
        var opened = 0;
        foreach (var list in Lists)
        {
            foreach (var choice in Choices(list).Views)
            {
                var state = Opened(list, $"view={choice.Key}");
                View[] meant =
                [
                    state.View with { Search = null, Filter = Filter.None }, state.View with { Sort = null }, state.View with { Layout = "table" }, state.View with { Columns = null },
                    View.Plain, .. state.View.Filter.Groups.SelectMany((g, i) => g.Select((_, k) => state.View with { Filter = state.View.Filter.Without(i, k) })),
                ];
                foreach (var view in meant)
                {
                    var reopened = Opened(list, state.Href(view));
                    Assert.Equal((list.Key, choice.Key, choice.Key, view.Kept(list)), (list.Key, choice.Key, reopened.Begun?.Key, reopened.View.Kept(list)));
                    opened++;
                }
            }
        }

        Assert.True(opened > 60, $"{opened}");
    }

    [Fact]
    public void A_condition_that_is_changed_is_the_one_named_whatever_order_the_address_holds()
    {
        var list = new CustomerList();
        var state = Opened(list, $"filter={Uri.EscapeDataString("name~甲|tier=large;tier=small;completeness>=20;name~乙")}");
        for (var g = 0; g < state.View.Filter.Groups.Count; g++)
        {
            for (var c = 0; c < state.View.Filter.Groups[g].Count; c++)
            {
                var address = QueryHelpers.ParseQuery(state.Edit(g, c).Split('?')[1]);
                var reopened = Opened(list, QueryHelpers.AddQueryString("", address.Where(p => p.Key is not ("panel" or "edit")).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value))));
                var place = reopened.Place(address["edit"]);

                Assert.Equal(state.View.Filter.At(g, c), reopened.View.Filter.At(place!.Value.Group, place.Value.Criterion));
                var instead = reopened.View.Filter.Instead(place.Value.Group, place.Value.Criterion, new("region", "=", ["32"]));
                Assert.Equal(state.View.Filter.Groups.Sum(x => x.Count), instead.Groups.Sum(x => x.Count));
                Assert.DoesNotContain(state.View.Filter.At(g, c), instead.Groups.SelectMany(x => x));
            }
        }

        Assert.Null(state.Place("7.tier=large"));
        Assert.Null(state.Place(null));
    }

    [Fact]
    public void The_quick_filters_of_a_view_emptied_with_script_leave_none_of_it()
    {
        var emptied = 0;
        foreach (var list in Lists)
        {
            foreach (var choice in Choices(list).Views)
            {
                string[] controls = [.. list.Quick, "sort"]; // The script leaves names without a value out of the address.
                var state = Opened(list, $"view={choice.Key}");
                var reopened = Opened(list, QueryHelpers.AddQueryString("", state.View.Beside(list, controls).Select(f => new KeyValuePair<string, string?>(f.Name, f.Value))));

                Assert.DoesNotContain(reopened.View.Filter.Groups, g => g is [{ Operator: "=" } one] && list.Quick.Contains(one.Field));
                Assert.Null(reopened.View.Sort);
                emptied += state.View.Kept(list) == reopened.View.Kept(list) ? 0 : 1;
            }
        }

        Assert.True(emptied >= 7, $"{emptied}");
    }
}
