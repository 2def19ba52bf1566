using System.Globalization;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Reference;

namespace RailCrm.Tests.Kernel;

public sealed class WorkingDaysTests
{
    /// <summary>The calendar as it is built in.</summary>
    private static WorkingDays BuiltIn() => new(Embedded.Rows("holidays").ToDictionary(r => Day(r[0]), r => r[3] == "1"));

    private static JsonElement Vectors() => JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("vectors/test_vectors.json"))).RootElement.GetProperty("working_days");

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);

    [Fact]
    public void Days_are_worked_or_free_as_published()
    {
        var days = Vectors().GetProperty("is_workday").EnumerateObject().ToList();
        Assert.True(days.Count > 10);

        Assert.All(days, d => Assert.Equal(d.Value.GetBoolean(), BuiltIn().Includes(Day(d.Name))));
    }

    [Fact]
    public void Working_days_are_added_over_holidays_and_make_up_days_and_backwards()
    {
        var sums = Vectors().GetProperty("add").EnumerateArray().ToList();
        Assert.Contains(sums, s => s.GetProperty("days").GetInt32() < 0);

        Assert.All(sums, s => Assert.Equal(Day(s.GetProperty("result").GetString()!), BuiltIn().Add(Day(s.GetProperty("start").GetString()!), s.GetProperty("days").GetInt32())));
        Assert.Equal(Day("2026-02-15"), BuiltIn().Add(Day("2026-02-15"), 0));
    }

    [Fact]
    public void A_year_has_as_many_working_days_as_published()
    {
        var years = Vectors().GetProperty("workdays_in_year").EnumerateObject().ToList();
        Assert.NotEmpty(years);

        Assert.All(years, y => Assert.Equal(y.Value.GetInt32(), BuiltIn().Count(new(int.Parse(y.Name, CultureInfo.InvariantCulture), 1, 1), new(int.Parse(y.Name, CultureInfo.InvariantCulture), 12, 31))));
        Assert.Equal(0, BuiltIn().Count(Day("2026-02-02"), Day("2026-02-01")));
    }

    [Fact]
    public void Every_day_since_2015_is_worked_or_free_as_published()
    {
        var moved = File.ReadLines(SharedData.Path("reference/cn_holidays_2015_2026.csv")).Skip(1).Select(l => l.Split(',')).ToDictionary(r => Day(r[0]), r => r[3] == "workday");
        Assert.True(moved.Count > 400);
        var (published, builtIn) = (new WorkingDays(moved), BuiltIn());

        Assert.DoesNotContain(Enumerable.Range(0, 12 * 366).Select(n => new DateOnly(2015, 1, 1).AddDays(n)).Where(d => d.Year <= 2026), d => published.Includes(d) != builtIn.Includes(d));
    }
}
