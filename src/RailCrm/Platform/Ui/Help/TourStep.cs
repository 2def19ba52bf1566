using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Help;

/// <summary>A step of the tour.</summary>
/// <param name="Key">Its texts: <c>help.tour_{Key}</c> and <c>help.tour_{Key}_text</c>.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Href">The page it speaks of.</param>
/// <param name="Target">What it points at in the frame, as a selector.</param>
internal sealed record TourStep(string Key, string Icon, string Href, string Target)
{
    private const string Customers = ".rc-side a[href='/customers']";

    /// <summary>The five steps for somebody who may do this. Who sees no customers is led through the organisation instead; who creates none, to the help.</summary>
    public static IReadOnlyList<TourStep> For(Actor actor)
    {
        var reads = actor.May(Permission.CustomersRead);
        return
        [
            new("workbench", "home", "/", ".rc-side nav a[href='/']"),
            new("search", "search", "/search", ".rc-find"),
            reads ? new("list", "building", "/customers", Customers) : new("organization", "sitemap", actor.May(Permission.OrganizationRead) ? "/organization" : "/account", ".rc-side a[href='/organization']"),
            reads ? new("record", "file-text", "/customers", Customers) : new("account", "user", "/account", ".rc-user"),
            actor.May(Permission.CustomersWrite) ? actor.May(Permission.Import) ? new("create_import", "plus", "/customers/new", ".rc-top-end .btn-primary") : new("create", "plus", "/customers/new", ".rc-top-end .btn-primary") : new("help", "info-circle", "/help", ".rc-user"),
        ];
    }
}
