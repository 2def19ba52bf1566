namespace RailCrm.Tests;

/// <summary>Reference data and real input that stand beside the repository and are never copied into it.</summary>
internal static class SharedData
{
    /// <summary>Path of a file; skips the test by name where the data are absent.</summary>
    public static string Path(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "shared", "data", relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"shared/data/{relative} is not beside this repository.");
        return "";
    }
}
