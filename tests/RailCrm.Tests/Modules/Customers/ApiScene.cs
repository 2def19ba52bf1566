using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Tests.Modules.Customers;

/// <summary>Two customers of n1 with a person each, a line of the second, and a note on all of them; and a client that says little.</summary>
internal sealed record ApiScene(long First, long Second, long FirstContact, long Contact, long Line)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<long> Customer(CrmApp app, string who, string name, string? phone = null)
    {
        var made = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name, Phone = phone }, Ct));
        return made.TryGet(out var customer, out var refusal) ? customer.Id : throw new InvalidOperationException(refusal.Code);
    }

    public static async Task<long> Person(CrmApp app, string who, long customer, string name)
    {
        var made = await app.With<SaveContact, Result<Contact>>(await app.ActorOf(who), s => s.Run(customer, null, null, new() { Name = name, Mobile = "13812345678" }, Ct));
        return made.TryGet(out var contact, out var refusal) ? contact.Id : throw new InvalidOperationException(refusal.Code);
    }

    public static async Task<long> Waybill(CrmApp app, string who, long customer, string number, long fen)
    {
        var code = await app.In(Actor.System("test"), db => db.Set<Customer>().Where(c => c.Id == customer).Select(c => c.Number).SingleAsync(Ct));
        var made = await app.With<RecordWaybills, RecordWaybills.Answer[]>(await app.ActorOf(who), r => r.Run("TMS", [new() { ExternalNo = number, Customer = code, Date = new DateOnly(2026, 3, 1), Mode = "carload", Origin = "高桥镇", RevenueFen = fen, Note = "原话" }], false, Ct));
        return made[0].Line!.Id;
    }

    public static async Task<ApiScene> Fill(CrmApp app)
    {
        var (first, second) = (await Customer(app, "n1", "甲公司", "010-66554433"), await Customer(app, "n1", "乙公司"));
        var scene = new ApiScene(first, second, await Person(app, "n1", first, "王伟"), await Person(app, "n1", second, "李娜"), await Waybill(app, "n1", second, "YD-1", 123_456));
        await app.In(Actor.System("test"), async db =>
        {
            db.AddRange(
                new Note { CustomerId = second, RecordKind = RecordKind.Contact, RecordId = scene.Contact, Text = "来过", AuthorId = 1, CreatedAt = db.UtcNow },
                new Note { CustomerId = second, RecordKind = RecordKind.Waybill, RecordId = scene.Line, Text = "已核对", AuthorId = 1, CreatedAt = db.UtcNow });
            return await db.SaveChangesAsync(Ct);
        });
        return scene;
    }

    /// <summary>Gives everybody of a role one thing more to do.</summary>
    public static Task Allow(CrmApp app, string role, string permission) => app.In(Actor.System("test"), async db =>
    {
        db.Add(new RolePermission { RoleId = await db.Set<Role>().Where(r => r.Name == role).Select(r => r.Id).SingleAsync(Ct), Permission = permission });
        return await db.SaveChangesAsync(Ct);
    });

    /// <summary>Asks, below <c>/api/v1</c>.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body, string? ETag)> Ask(HttpClient client, string method, string path, object? body = null, string? key = null, string? match = null)
    {
        using var request = new HttpRequestMessage(new(method), $"/api/v1{path}") { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        using var answer = await client.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone(), answer.Headers.ETag?.Tag);
    }

    /// <summary>The fields that an answer finds wrong.</summary>
    public static IEnumerable<string> Wrong(JsonElement problem) => problem.TryGetProperty("errors", out var errors) ? errors.EnumerateObject().Select(p => p.Name) : [];

    /// <summary>The keys of a page's items.</summary>
    public static IEnumerable<long> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64());
}
