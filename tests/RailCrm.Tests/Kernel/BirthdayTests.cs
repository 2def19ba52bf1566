using RailCrm.Kernel;

namespace RailCrm.Tests.Kernel;

public sealed class BirthdayTests
{
    [Theory]
    [InlineData("1980-05-03", false, "1980-05-03", 503)]
    [InlineData("1980/5/3", false, "1980-05-03", 503)]
    [InlineData("19800503", false, "1980-05-03", 503)]
    [InlineData("５月３日", false, "05-03", 503)]
    [InlineData("02-29", false, "02-29", 229)]
    [InlineData("8-30", true, "08-30", 2830)]
    public void A_day_is_read_however_it_is_written(string text, bool lunar, string said, int key)
    {
        Assert.True(Birthday.TryRead(text, lunar, out var read));
        Assert.Equal((said, key), (read.Value.ToString(), read.Value.Key));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("1981-02-29", false)]
    [InlineData("1980-13-01", false)]
    [InlineData("08-31", true)]
    [InlineData("1800-01-01", false)]
    [InlineData("five", false)]
    [InlineData("1-2-3-4", false)]
    [InlineData("\uD800", false)]
    public void What_is_no_day_is_not_taken(string text, bool lunar) => Assert.False(Birthday.TryRead(text, lunar, out _));

    /// <remarks>2025 has a leap sixth month: what is kept in the sixth comes once, in the ordinary one. The twelfth month of that lunar year has 30 days, the first of 2026 has 30.</remarks>
    [Fact]
    public void Lunar_days_come_on_their_day_and_not_again_in_a_leap_month()
    {
        var spring = Birthday.Keys(new(2026, 2, 1), new(2026, 2, 28));
        var summer = Birthday.Keys(new(2025, 6, 1), new(2025, 9, 1));

        Assert.Equal(new DateOnly(2026, 2, 17), spring[2101]);
        Assert.Equal(new DateOnly(2025, 6, 25), summer[2601]);
        Assert.Equal((6, 1, true), Birthday.LunarOf(new(2025, 7, 25)) is { } leap ? (leap.Month, leap.Day, leap.IsLeap) : default);
        Assert.Equal(new DateOnly(2026, 2, 28), spring[229]); // No leap year.
        Assert.Null(Birthday.LunarOf(new(2150, 1, 1)));
        for (var day = new DateOnly(2025, 1, 1); day < new DateOnly(2027, 1, 1); day = day.AddDays(1))
        {
            if (Birthday.LunarOf(day) is { Day: 29, DaysInMonth: 29, IsLeap: false } last)
            {
                Assert.Equal(day, Birthday.Keys(day, day)[2000 + (last.Month * 100) + 30]); // The thirtieth of a short month is kept on its last day.
            }
        }
    }
}
