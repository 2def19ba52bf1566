using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace RailCrm.Platform.Text;

/// <summary>What people read, in Chinese and English: key → both, kept beside the module that speaks, in <c>*.texts.json</c>.</summary>
public static class Texts
{
    private static readonly FrozenDictionary<string, Pair> All = Load();

    /// <summary>Every key, for the test that none is missing and none unused.</summary>
    internal static IReadOnlyCollection<string> Keys => All.Keys;

    /// <summary>The text of a key in the language of the request; Chinese unless that is English.</summary>
    /// <exception cref="KeyNotFoundException">No such text: a mistake of ours that a test would have shown.</exception>
    public static string Get(string key, params object?[] args)
    {
        var pair = All.TryGetValue(key, out var found) ? found : throw new KeyNotFoundException($"There is no text '{key}'.");
        var text = IsEnglish ? pair.En : pair.Zh;
        return args.Length == 0 ? text : string.Format(CultureInfo.CurrentCulture, text, args);
    }

    /// <summary>Whether the reader reads English.</summary>
    public static bool IsEnglish => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en";

    /// <summary>The text of a key that may not exist.</summary>
    public static string? Find(string key) => All.ContainsKey(key) ? Get(key) : null;

    /// <summary>A text in both languages, to understand what people typed in either.</summary>
    public static IReadOnlyList<string> Both(string key) => All.TryGetValue(key, out var pair) ? [pair.Zh, pair.En] : [];

    /// <summary>Short for <see cref="Get"/>, for pages.</summary>
    public static string T(string key, params object?[] args) => Get(key, args);

    internal sealed record Pair(string Zh, string En);

    private static FrozenDictionary<string, Pair> Load()
    {
        var assembly = typeof(Texts).Assembly;
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, RespectRequiredConstructorParameters = true };
        return assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".texts.json", StringComparison.Ordinal))
            .SelectMany(n =>
            {
                using var stream = assembly.GetManifestResourceStream(n)!;
                return JsonSerializer.Deserialize<Dictionary<string, Pair>>(stream, options)!;
            })
            .ToFrozenDictionary(p => p.Key, p => p.Value);
    }
}
