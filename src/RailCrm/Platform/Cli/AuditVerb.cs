using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RailCrm.Platform.Audit;

namespace RailCrm.Platform.Cli;

/// <summary><c>railcrm audit verify</c>.</summary>
internal static class AuditVerb
{
    public static Command Command()
    {
        var expect = new Option<string?>("--expect") { Description = "A seal that was written down elsewhere, as NUMBER:HASH; a chain made anew does not have it." };
        var json = new Option<bool>("--json") { Description = "The last line is the result as JSON." };
        var verify = new Command("verify", "Seals what is new, compares the whole audit trail with its chain, and names the first row that was altered, removed or inserted.") { expect, json };
        verify.SetAction((parse, ct) => CommandLine.With(services => Verify(services, parse.GetValue(expect), parse.GetValue(json), ct)));
        return new Command("audit", "The audit trail.") { verify };
    }

    private static async Task<int> Verify(IServiceProvider services, string? expect, bool json, CancellationToken ct)
    {
        var seal = expect?.Split(':') switch
        {
            null => ((long, string)?)null,
            [var number, var hash] when long.TryParse(number, CultureInfo.InvariantCulture, out var n) => (n, hash),
            _ => throw new InvalidOperationException("--expect takes NUMBER:HASH, as an earlier verify printed it."),
        };
        await services.GetRequiredService<SealTrail>().Run(ct);
        var verdict = await services.GetRequiredService<VerifyTrail>().Run(seal, null, ct);
        Console.WriteLine(VerifyTrail.Said(verdict));
        if (verdict.Hash is { } last)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Last seal  {verdict.Seals}:{last}"));
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(verdict, JsonSerializerOptions.Web));
        }

        return verdict.Sound ? 0 : 1;
    }
}
