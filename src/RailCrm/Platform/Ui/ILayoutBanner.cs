namespace RailCrm.Platform.Ui;

/// <summary>A sentence above every page that somebody registers, such as that demo data is loaded.</summary>
public interface ILayoutBanner
{
    /// <summary>The text's key; null while there is nothing to say. Asked on every page, so it answers from memory nearly always, and never by the request's own database.</summary>
    ValueTask<string?> TextKey(CancellationToken ct);

    /// <summary>Where it leads.</summary>
    string Href { get; }

    /// <summary>Who is led there.</summary>
    string Permission { get; }
}
