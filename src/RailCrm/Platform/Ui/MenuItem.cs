namespace RailCrm.Platform.Ui;

/// <summary>A line of the left navigation; a module registers its own.</summary>
/// <param name="TextKey">What it says.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Order">Its place.</param>
public sealed record MenuItem(string TextKey, string Href, string Icon, string Permission, int Order);
