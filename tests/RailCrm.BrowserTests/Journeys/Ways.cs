namespace RailCrm.BrowserTests.Journeys;

/// <summary>How a journey is walked.</summary>
public static class Ways
{
    /// <summary>Both languages, desktop and phone, crosswise: <c>Every_page_reads_well_in_light_and_dark</c> walks the other pairs too.</summary>
    public static TheoryData<string, int> All => new() { { "zh-CN", 1400 }, { "en", 390 } };
}
