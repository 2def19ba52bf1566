using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Care;

/// <summary>Care of a contact over the API: what was done for it, which days are kept, and where it worked before.</summary>
internal static class CareRoutes
{
    /// <summary>Rows of one answer: as many as the page shows.</summary>
    private const int Most = 200;

    private const string Gestures = """
        { "items": [ { "id": 9, "kind": "gift", "valueFen": 12000, "on": "2026-03-20", "note": "中秋月饼", "compliance": null, "by": "王伟" } ], "nextCursor": null }
        """;

    private const string Days = """
        { "items": [ { "id": 4, "name": "入职纪念日", "day": "2019-07-01", "isLunar": false } ], "nextCursor": null }
        """;

    private const string Employers = """
        { "items": [ { "customerId": 12, "customer": "前公司", "title": "调度", "from": "2021-05-01", "until": "2026-03-01" } ], "nextCursor": null }
        """;

    /// <summary>Something that was done for a person.</summary>
    public sealed record GestureTold(long Id, GestureKind Kind, long ValueFen, DateOnly On, string? Note, string? Compliance, string? By);

    /// <summary>A day that is kept.</summary>
    public sealed record DayTold(long Id, string Name, string Day, bool IsLunar);

    /// <summary>Where a person worked before.</summary>
    public sealed record EmployerTold(long CustomerId, string Customer, string? Title, DateOnly? From, DateOnly Until);

    /// <summary>What is written down.</summary>
    public sealed class GestureInput
    {
        /// <summary>greeting, visit, flowers, gift, meal or other.</summary>
        public GestureKind? Kind { get; set; }

        /// <summary>Fen; 0 where it cost nothing.</summary>
        public long ValueFen { get; set; }

        /// <summary>The day.</summary>
        public DateOnly? On { get; set; }

        /// <summary>For what occasion.</summary>
        public string? Note { get; set; }

        /// <summary>Why it is allowed.</summary>
        public string? Compliance { get; set; }
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        var contact = api.MapGroup("/customers/{id:long}/contacts/{contactId:long}").WithTags("Contacts").AddEndpointFilter<MergedInto.Filter>().AddEndpointFilter<MergedContact.Filter>();
        contact.MapGet("/gestures", GetGestures).WithSummary("What was done for the contact, the latest first, at most 200.").Gives<Listing<GestureTold>>(Gestures).RequireAuthorization(Permission.CustomersRead);
        contact.MapPost("/gestures", PostGesture).WithSummary("Writes down what was done for the contact, within the group's limits a person and year.").Takes("""{ "kind": "gift", "valueFen": 12000, "on": "2026-03-20", "note": "中秋月饼" }""").Gives<GestureTold>("""{ "id": 9, "kind": "gift", "valueFen": 12000, "on": "2026-03-20", "note": "中秋月饼", "compliance": null, "by": null }""", StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contact.MapDelete("/gestures/{gestureId:long}", DeleteGesture).WithSummary("Takes out a gesture that was written down in error.").RequireAuthorization(Permission.CustomersWrite);
        contact.MapGet("/days", GetDays).WithSummary("The days of the contact that are kept each year, beside its birthday.").Gives<Listing<DayTold>>(Days).RequireAuthorization(Permission.CustomersRead);
        contact.MapPost("/days", PostDay).WithSummary("Keeps a day, with or without its year, solar or lunar.").Takes("""{ "name": "入职纪念日", "day": "2019-07-01", "isLunar": false }""").Gives<DayTold>("""{ "id": 4, "name": "入职纪念日", "day": "2019-07-01", "isLunar": false }""", StatusCodes.Status201Created).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contact.MapDelete("/days/{dayId:long}", DeleteDay).WithSummary("Keeps a day no longer.").RequireAuthorization(Permission.CustomersWrite);
        contact.MapGet("/employers", GetEmployers).WithSummary("The customers that the contact worked at before, as far as the caller sees them, the last first. A row is written by moving the contact.").Gives<Listing<EmployerTold>>(Employers).RequireAuthorization(Permission.CustomersRead);
    }

    private static async Task<IResult> GetGestures(long id, long contactId, SaveContact contacts, CrmDb db, CancellationToken ct)
    {
        if (!(await contacts.One(id, contactId, ct)).TryGet(out _, out var refusal))
        {
            return Answers.Problem(refusal);
        }

        var all = await db.Set<Gesture>().AsNoTracking().Where(g => g.RecordKind == RecordKind.Contact && g.RecordId == contactId).OrderByDescending(g => g.On).ThenByDescending(g => g.Id).Take(Most).ToListAsync(ct);
        var people = all.Select(g => g.UserId).Distinct().ToList();
        var names = await db.Set<User>().Where(u => EF.Parameter(people).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return TypedResults.Ok(new Listing<GestureTold>([.. all.Select(g => Told(g, names.GetValueOrDefault(g.UserId)))], null));
    }

    private static GestureTold Told(Gesture g, string? by) => new(g.Id, g.Kind, g.ValueFen, g.On, g.Note, g.Compliance, by);

    private static async Task<IResult> PostGesture(long id, long contactId, GestureInput input, LogGesture useCase, CancellationToken ct) => input.ValueFen < 0 ? Answers.Problem(new Refusal.Invalid("care.amount_wrong", nameof(input.ValueFen)))
        : (await useCase.Run(id, contactId, new() { Kind = input.Kind, Value = (input.ValueFen / 100m).ToString(CultureInfo.InvariantCulture), On = input.On, Note = input.Note, Compliance = input.Compliance }, ct)).Answer(g => TypedResults.Created($"/api/v1/customers/{id}/contacts/{contactId}/gestures", Told(g, null)));

    private static async Task<IResult> DeleteGesture(long id, long contactId, long gestureId, LogGesture useCase, CancellationToken ct) => (await useCase.Remove(id, contactId, gestureId, ct)).Answer(_ => TypedResults.NoContent());

    private static async Task<IResult> GetDays(long id, long contactId, SaveContact contacts, CrmDb db, CancellationToken ct) => (await contacts.One(id, contactId, ct)).TryGet(out _, out var refusal)
        ? TypedResults.Ok(new Listing<DayTold>([.. (await db.Set<ContactDay>().AsNoTracking().Where(d => d.RecordKind == RecordKind.Contact && d.RecordId == contactId).OrderBy(d => d.Id).ToListAsync(ct)).Select(Told)], null)) : Answers.Problem(refusal);

    private static DayTold Told(ContactDay d) => new(d.Id, d.Name, d.Day, d.IsLunar);

    private static async Task<IResult> PostDay(long id, long contactId, LogGesture.DayInput input, LogGesture useCase, CancellationToken ct) =>
        (await useCase.Keep(id, contactId, input, ct)).Answer(d => TypedResults.Created($"/api/v1/customers/{id}/contacts/{contactId}/days", Told(d)));

    private static async Task<IResult> DeleteDay(long id, long contactId, long dayId, LogGesture useCase, CancellationToken ct) => (await useCase.Forget(id, contactId, dayId, ct)).Answer(_ => TypedResults.NoContent());

    private static async Task<IResult> GetEmployers(long id, long contactId, SaveContact contacts, CrmDb db, CancellationToken ct) => (await contacts.One(id, contactId, ct)).TryGet(out _, out var refusal)
        ? TypedResults.Ok(new Listing<EmployerTold>([.. (await FormerContact.Of(db, contactId, ct)).Select(f => new EmployerTold(f.Was.CustomerId, f.Customer, f.Was.Title, f.Was.From, f.Was.Until))], null)) : Answers.Problem(refusal);
}
