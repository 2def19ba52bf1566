using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Privacy;

/// <summary>Takes a person's names and numbers out of the texts that are named here and of no others: what a setting, another person's row or a key holds is not of the person, though it may look the same.</summary>
internal sealed class ErasedWords(CrmDb db)
{
    /// <summary>Fewest digits of a number that tells one person: shorter ones are extensions, amounts and keys.</summary>
    public const int FewestDigits = 7;

    /// <summary>What tells the person and nobody else.</summary>
    /// <param name="Names">Of two characters at least.</param>
    /// <param name="Numbers">Of seven digits at least, and mail addresses.</param>
    public sealed record Words(IReadOnlyList<string> Names, IReadOnlyList<string> Numbers);

    /// <summary>A text without them: a number not out of a longer one, a name in letters not out of a longer word.</summary>
    public static string Without(string text, IEnumerable<string> values) => values.OrderByDescending(v => v.Length).Aggregate(text, (t, v) =>
        Regex.Replace(t, v.Contains('@', StringComparison.Ordinal) ? $@"(?<![\w.+-]){Regex.Escape(v)}(?![\w-])" : $"{Edge(v[0], "<")}{Regex.Escape(v)}{Edge(v[^1], "")}",
            ErasePerson.Mark, (v.Contains('@', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None) | RegexOptions.CultureInvariant));

    /// <summary>Values of a row of the trail without them: texts alone, never a number, a key or the name of a field.</summary>
    public static string WithoutIn(string changes, IReadOnlyList<string> values)
    {
        if (JsonNode.Parse(changes) is not JsonObject json)
        {
            return changes;
        }

        var hit = false;
        JsonNode? Told(JsonNode? node)
        {
            switch (node)
            {
                case JsonArray all:
                    return new JsonArray([.. all.Select(Told)]);
                case JsonObject of:
                    return new JsonObject(of.Select(p => KeyValuePair.Create(p.Key, Told(p.Value))));
                case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text && Without(text, values) is var without && without != text:
                    hit = true;
                    return JsonValue.Create(without);
                default:
                    return node?.DeepClone();
            }
        }

        var told = Told(json)!;
        return hit ? told.ToJsonString(AuditEntry.Plainly) : changes;
    }

    private static string Edge(char c, string way) => char.IsAsciiDigit(c) ? $"(?{way}!\\d)" : char.IsAsciiLetter(c) ? $"(?{way}![A-Za-z])" : "";

    /// <summary>Takes them out of the notes of these customers, and what these contacts said out of what merges, imports, works and inboxes keep.</summary>
    public async Task Sweep(Words words, List<long> customers, List<long> contacts, CancellationToken ct)
    {
        List<string> all = [.. words.Names, .. words.Numbers];
        foreach (var value in all.Select(v => v.ToLowerInvariant()).Distinct())
        {
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL.
            foreach (var note in await db.Set<Note>().IgnoreQueryFilters().AsNoTracking().Where(n => EF.Parameter(customers).Contains(n.CustomerId) && n.Text.ToLower().Contains(value)).Select(n => new { n.Id, n.Text }).ToListAsync(ct))
#pragma warning restore CA1304, CA1311, CA1862
            {
                if (Without(note.Text, all) is var text && text != note.Text)
                {
                    await db.Set<Note>().IgnoreQueryFilters().Where(n => n.Id == note.Id).ExecuteUpdateAsync(u => u.SetProperty(n => n.Text, text).SetProperty(n => n.Version, n => n.Version + 1), ct);
                }
            }
        }

        // What an import changed of the person, and what a work on many found, is not given back.
#pragma warning disable EF1002, EF1003 // Numbers.
        await db.Database.ExecuteSqlRawAsync($"UPDATE import_rows SET changes = '{{{{}}}}' WHERE entity = 'contact' AND changes IS NOT NULL AND entity_id IN ({string.Join(',', contacts)})", [], ct);
#pragma warning restore EF1002, EF1003
        await db.Set<InboxLine>().IgnoreQueryFilters().Where(l => l.RecordKind == RecordKind.Contact && l.Kind != InboxLine.Changed && EF.Parameter(contacts).Contains(l.RecordId)).ExecuteUpdateAsync(u => u.SetProperty(l => l.Detail, (string?)null), ct);
        var works = await db.Set<WorkRow>().Where(r => r.Before != null && EF.Parameter(contacts).Contains(r.RowId)).Select(r => r.JobId).Distinct().ToListAsync(ct);
        var jobs = await db.Set<Job>().AsNoTracking().Where(j => EF.Parameter(works).Contains(j.Id)).Select(j => new { j.Id, j.Input }).ToListAsync(ct);
        var theirs = jobs.Where(j => JsonSerializer.Deserialize<WorkOrder>(j.Input)?.List is "contacts" or "contactBin").Select(j => j.Id).ToList();
        await db.Set<WorkRow>().Where(r => EF.Parameter(theirs).Contains(r.JobId) && EF.Parameter(contacts).Contains(r.RowId)).ExecuteUpdateAsync(u => u.SetProperty(r => r.Before, (string?)null), ct);
    }
}
