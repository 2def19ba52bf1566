namespace RailCrm.Platform;

/// <summary>Where things are: <c>RAILCRM_DATABASE</c>, <c>RAILCRM_HOME</c>, the same keys in appsettings.json.</summary>
/// <param name="Database">Connection string; <c>Data Source=…</c> is SQLite, <c>Host=…</c> PostgreSQL.</param>
/// <param name="Home">The data folder: the SQLite file, uploads, attachments.</param>
public sealed record Settings(string Database, string Home)
{
    /// <summary>Reads the settings; the data folder is made if it is missing. SQLite in the data folder is the default.</summary>
    public static Settings From(IConfiguration configuration, string defaultFile = "railcrm.db")
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var home = configuration["RAILCRM_HOME"] is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "RailCRM");
        Directory.CreateDirectory(home);
        var database = configuration["RAILCRM_DATABASE"] is { Length: > 0 } connection ? connection : $"Data Source={Path.Combine(home, defaultFile)}";
        return new(database, home);
    }

    /// <summary>Whether a database was named, rather than the default taken.</summary>
    public static bool NamesDatabase(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration["RAILCRM_DATABASE"] is { Length: > 0 };
    }
}
