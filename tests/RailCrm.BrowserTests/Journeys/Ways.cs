namespace RailCrm.BrowserTests.Journeys;

/// <summary>How a journey is walked.</summary>
public static class Ways
{
    /// <summary>Each language and each width once: for long journeys over pages that the walk over every page looks at in all four.</summary>
    public static TheoryData<string, int> Two => new() { { "zh-CN", 1400 }, { "en", 390 } };

    /// <summary>For what is done at a desk, or whose pages another journey already takes on the phone: a walk costs a quarter of a minute of a processor.</summary>
    public static TheoryData<string, int> AtADesk => new() { { "zh-CN", 1400 } };

    /// <summary>For what is done on the road.</summary>
    public static TheoryData<string, int> OnAPhone => new() { { "en", 390 } };
}
