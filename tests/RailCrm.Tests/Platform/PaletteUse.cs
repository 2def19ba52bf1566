using System.Net.Http.Json;
using System.Text.Json;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Platform;

/// <summary>What the tests of the palette make and ask.</summary>
internal static class PaletteUse
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static async Task<Customer> Customer(CrmApp app, string user, SaveCustomer.Input input)
    {
        var made = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, input, Ct));
        return made.TryGet(out var customer, out var refusal) ? customer : throw new InvalidOperationException(refusal.Code);
    }

    internal static async Task<Contact> Person(CrmApp app, string user, long customer, SaveContact.Input input, long? id = null)
    {
        var made = await app.With<SaveContact, Result<Contact>>(await app.ActorOf(user), s => s.Run(customer, id, null, input, Ct));
        return made.TryGet(out var contact, out var refusal) ? contact : throw new InvalidOperationException(refusal.Code);
    }

    internal static Task<JsonElement> Ask(HttpClient client, string q) => client.GetFromJsonAsync<JsonElement>($"/api/v1/palette?q={Uri.EscapeDataString(q)}", Ct);

    internal static List<JsonElement> Hits(JsonElement answer, string kind) =>
        [.. answer.GetProperty("groups").EnumerateArray().Where(g => g.GetProperty("kind").GetString() == kind).SelectMany(g => g.GetProperty("hits").EnumerateArray())];

    internal static async Task<string[]> Found(HttpClient client, string q, string kind = "customer") => [.. Hits(await Ask(client, q), kind).Select(h => h.GetProperty("title").GetString()!)];
}
