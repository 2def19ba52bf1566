using RailCrm.Platform.Text;

namespace RailCrm.Platform.Access;

/// <summary>A browser as people call it.</summary>
internal static class Agent
{
    /// <summary>The browser's usual name and its system, from the long line it calls itself by.</summary>
    public static string Named(string? agent)
    {
        string First(params (string Mark, string Name)[] known) => known.FirstOrDefault(k => agent?.Contains(k.Mark, StringComparison.Ordinal) == true).Name ?? "";
        var name = First(("MicroMessenger", Texts.Get("account.wechat")), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"));
        var system = First(("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"));
        return (name, system) switch { ("", _) => agent is null ? "—" : agent[..Math.Min(agent.Length, 40)], (_, "") => name, _ => $"{name} · {system}" };
    }
}
