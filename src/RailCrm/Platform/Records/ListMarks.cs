using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Platform.Records;

/// <summary>A person's own marks, newest first, those alone whose record the person still sees; and what the API sets and takes away.</summary>
internal sealed class ListMarks(CrmDb db, RecordKinds records)
{
    private const int PageLength = 100;

    /// <summary>A marked record as the API tells it.</summary>
    /// <param name="Kind">customer, contact or waybill.</param>
    /// <param name="Id">The record's key.</param>
    /// <param name="CustomerId">The customer that it is or belongs to.</param>
    /// <param name="Title">What it is called.</param>
    /// <param name="Href">Its page.</param>
    /// <param name="MarkedAt">UTC.</param>
    public sealed record Answer(string Kind, long Id, long CustomerId, string Title, string Href, DateTime MarkedAt);

    /// <summary>One page of a mark, of one kind of record or all; refused where kind or cursor are none.</summary>
    public async Task<Result<Listing<Answer>>> Run(string mark, string? kind, string? cursor, CancellationToken ct)
    {
        if (kind is not (null or RecordKind.Customer or RecordKind.Contact or RecordKind.Waybill))
        {
            return new Refusal.Invalid("mark.kind_unknown", nameof(kind));
        }

        if (!long.TryParse(cursor ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var before))
        {
            return new Refusal.Invalid("common.cursor_invalid", nameof(cursor));
        }

        var user = db.Actor.UserId;
        var mine = db.Set<RecordMark>().AsNoTracking().Where(m => m.UserId == user && m.Mark == mark);
        mine = kind is null ? mine : mine.Where(m => m.RecordKind == kind);
        mine = before == 0 ? mine : mine.Where(m => m.Id < before);
        var page = await mine.OrderByDescending(m => m.Id).Take(PageLength + 1).ToListAsync(ct);
        var more = page.Count > PageLength;
        page = [.. page.Take(PageLength)];
        var found = await records.Many(db, page.Select(RecordKinds.Of), ct);
        return new Listing<Answer>(
            [.. from m in page let of = RecordKinds.Of(m) where found.ContainsKey(of) let record = found[of] select new Answer(of.Kind, record.Id, record.CustomerId, record.Title, record.Href, m.CreatedAt)],
            more ? page[^1].Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>What the caller marked with a star.</summary>
    internal static async Task<IResult> GetFavourites(string? kind, string? cursor, ListMarks useCase, CancellationToken ct) =>
        (await useCase.Run(RecordMark.Favourite, kind, cursor, ct)).Answer(TypedResults.Ok);

    /// <summary>What the caller follows.</summary>
    internal static async Task<IResult> GetFollowing(string? kind, string? cursor, ListMarks useCase, CancellationToken ct) =>
        (await useCase.Run(RecordMark.Follow, kind, cursor, ct)).Answer(TypedResults.Ok);
}

/// <summary>The routes that set a mark on a record and take it away. Either a second time changes nothing.</summary>
internal static class MarkRoutes
{
    /// <summary>Below a record whose key is <c>id</c>.</summary>
    public static void MapMark(this IEndpointRouteBuilder records, string kind, string mark, string permission)
    {
        foreach (var (method, on) in new[] { (HttpMethods.Put, true), (HttpMethods.Delete, false) })
        {
            records.MapMethods($"/{{id:long}}/{mark}", [method], (long id, KeepMarks marks, CancellationToken ct) => Set(marks, mark, kind, id, on, ct)).WithSummary(Said(mark, on)).RequireAuthorization(permission);
        }
    }

    /// <summary>Of a contact, below its customer.</summary>
    public static void MapContactMark(this IEndpointRouteBuilder contacts, string mark, string permission)
    {
        foreach (var (method, on) in new[] { (HttpMethods.Put, true), (HttpMethods.Delete, false) })
        {
            contacts.MapMethods($"/{{contactId:long}}/{mark}", [method], async (long id, long contactId, KeepMarks marks, CancellationToken ct) =>
                await marks.CustomerOf(RecordKind.Contact, contactId, ct) == id ? await Set(marks, mark, RecordKind.Contact, contactId, on, ct) : TypedResults.NotFound()).WithSummary(Said(mark, on)).RequireAuthorization(permission);
        }
    }

    private static async Task<IResult> Set(KeepMarks marks, string mark, string kind, long id, bool on, CancellationToken ct) => (await marks.Run(mark, kind, id, on, ct)).Answer(_ => TypedResults.NoContent());

    private static string Said(string mark, bool on) => (mark, on) switch
    {
        (RecordMark.Favourite, true) => "Marks the record with the caller's star.",
        (RecordMark.Favourite, false) => "Takes the caller's star away.",
        (_, true) => "Follows the record: its changes come to the caller's inbox.",
        _ => "Stops following the record.",
    };
}
