namespace RailCrm.Platform.Ui;

/// <summary>Where a menu's line stands.</summary>
public enum MenuPlace
{
    /// <summary>The left navigation.</summary>
    Side,

    /// <summary>The person's own menu at the top right.</summary>
    Account,

    /// <summary>The quick-create menu under +.</summary>
    Create,

    /// <summary>No menu: a page that the palette finds.</summary>
    Page,

    /// <summary>No menu: an action that the palette finds.</summary>
    Action,
}

/// <summary>A card on the person's own page; a module registers its own.</summary>
/// <param name="Component">What it shows, without parameters.</param>
public sealed record AccountCard(Type Component);

/// <summary>A line of a menu; a module registers its own.</summary>
/// <param name="TextKey">What it says.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Order">Its place; at the side below 10 stands alone on top, below 50 is business, below 80 data, the rest administration.</param>
/// <param name="Place">Which menu.</param>
/// <param name="Go">The letter that goes there after <c>g</c>.</param>
/// <param name="Also">A second permission that is needed; null where one is enough.</param>
public sealed record MenuItem(string TextKey, string Href, string Icon, string Permission, int Order, MenuPlace Place = MenuPlace.Side, string? Go = null, string? Also = null)
{
    /// <summary>Whether whoever asks may follow it.</summary>
    public bool IsFor(Access.Actor actor) => actor.May(Permission) && (Also is null || actor.May(Also));

    /// <summary>The heading it stands under at the side; null on top.</summary>
    public string? GroupKey => Order switch { < 10 => null, < 50 => "ui.group_business", < 80 => "ui.group_data", _ => "ui.group_administration" };
}
