namespace RailCrm.Platform.Jobs;

/// <summary>Tells on one machine whether the process that holds a job still lives: it holds a locked file, and the system takes the lock off when it dies, however it dies.</summary>
/// <remarks>
/// Only shortens the wait for the lease. No file, a file of another data folder, a lock that cannot be tried: then the lease decides as always;
/// and were the file wrong, the job's token would still refuse the slower worker.
/// </remarks>
internal static class JobOwner
{
    /// <summary>Holds the file of a job until disposed, or until this process ends.</summary>
    public static IDisposable? Hold(Settings settings, Job job)
    {
        var path = PathOf(settings, job.Id, job.Token);
        FileStream? file = null;
        try
        {
            // Locked before it has its name: between being opened and being locked it would look like a dead one's.
            file = new FileStream(path + ".new", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            File.Move(path + ".new", path, overwrite: true);
            return new Held(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return null;
        }
    }

    private sealed class Held(FileStream file, string path) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It lies there unlocked; whoever asks next takes it away.
            }

            file.Dispose();
        }
    }

    /// <summary>Whether anybody on this machine ever held a job and has not given it back.</summary>
    public static bool AnyHeld(Settings settings) => Directory.Exists(Folder(settings)) && Directory.EnumerateFiles(Folder(settings), "*.lock").Any();

    /// <summary>Whether the process that claimed a job under this token is dead for certain; its file is gone then.</summary>
    public static bool IsDead(Settings settings, long id, int token)
    {
        var path = PathOf(settings, id, token);
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var tried = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Folder(Settings settings) => Path.Combine(settings.Home, "jobs");

    private static string PathOf(Settings settings, long id, int token) =>
        Path.Combine(Directory.CreateDirectory(Folder(settings)).FullName, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}-{token}.lock"));
}
