using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RailCrm.Platform.Text;

/// <summary>What people read, in Chinese and English: key → both, kept beside the module that speaks, in <c>*.texts.json</c>.</summary>
public static partial class Texts
{
    private static readonly FrozenDictionary<string, Pair> All = Load();

    /// <summary>Every key, for the test that none is missing and none unused.</summary>
    internal static IReadOnlyCollection<string> Keys => All.Keys;

    /// <summary>The text of a key in the language of the request; Chinese unless that is English, where <c>{0|record|records}</c> is a number with its word.</summary>
    /// <exception cref="KeyNotFoundException">No such text: a mistake of ours that a test would have shown.</exception>
    public static string Get(string key, params object?[] args)
    {
        var pair = All.TryGetValue(key, out var found) ? found : throw new KeyNotFoundException($"There is no text '{key}'.");
        var text = IsEnglish ? Numbered(pair.En, args) : pair.Zh;
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

    /// <summary>One record, two records: <c>{0|record|records}</c> is the number with the word that it takes.</summary>
    private static string Numbered(string text, object?[] args) => !text.Contains('|', StringComparison.Ordinal) ? text
        : Words().Replace(text, m => $"{{{m.Groups[1].Value}}} {(int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) is var at && at < args.Length && Convert.ToString(args[at], CultureInfo.InvariantCulture) == "1" ? m.Groups[2].Value : m.Groups[3].Value)}");

    [GeneratedRegex(@"\{(\d)\|([^|{}]+)\|([^|{}]+)\}")]
    private static partial Regex Words();

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
