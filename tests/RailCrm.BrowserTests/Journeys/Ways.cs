namespace RailCrm.BrowserTests.Journeys;

/// <summary>How a journey is walked.</summary>
public static class Ways
{
    /// <summary>Each language and each width once: for long journeys over pages that the walk over every page looks at in all four.</summary>
    public static TheoryData<string, int> Two => new() { { "zh-CN", 1400 }, { "en", 390 } };
}
