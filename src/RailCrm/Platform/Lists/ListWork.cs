namespace RailCrm.Platform.Lists;

/// <summary>Something that can be done to many rows at once.</summary>
/// <param name="Key">Its name in addresses.</param>
/// <param name="TextKey">What it is called.</param>
/// <param name="Icon">Its icon.</param>
/// <param name="Permission">Who may do it.</param>
/// <param name="Leads">A page of its own that takes the rows, such as merging, at <c>?ids=1,2,3</c>; null where it runs as a job.</param>
/// <param name="Danger">Whether it takes something away.</param>
/// <param name="AtOnce">Whether each row has a button that does it to that row alone, with undo in the toast.</param>
/// <param name="Most">How many rows it takes at a time, where its page lets one leave out what is too many; null where that is not bounded.</param>
public sealed record ListWork(string Key, string TextKey, string Icon, string Permission, string? Leads = null, bool Danger = false, bool AtOnce = false, int? Most = null)
{
    /// <summary>Where what it asks for is looked up as one types; null where it asks for nothing, or in a way of its own.</summary>
    public string? Lookup { get; init; }

    /// <summary>Whether it must be said why.</summary>
    public bool AsksReason { get; init; }
}
