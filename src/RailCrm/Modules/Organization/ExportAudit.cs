using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Files;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Kit;

namespace RailCrm.Modules.Organization;

/// <summary>What an address of the audit trail asks for.</summary>
internal static class AuditAddress
{
    public static ListAudit.Query Read(IQueryCollection asked)
    {
        string? Of(string key) => asked[key].ToString() is { Length: > 0 } text ? text : null;
        string? unread = null;
        DateOnly? Day(string key)
        {
            if (Of(key) is { } text && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                unread ??= key;
            }

            return DateOnly.TryParseExact(Of(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
        }

        long? record = long.TryParse(Of("entityId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        unread = record is null && Of("entityId") is not null ? "entityId" : null;
        var query = new ListAudit.Query(Of("person"), Of("entity"), record, Of("action"), Day("from"), Day("to"), CustomerId(Of("customer")), Of("cursor"), Of("text"));
        return query with { Unread = unread };
    }

    /// <summary>A customer's number (KH-0000012) or its digits; what is neither finds nothing.</summary>
    private static long? CustomerId(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : long.TryParse(PlainText.Digits(text), CultureInfo.InvariantCulture, out var id) ? id : -1;
}

/// <summary>The trail as a file, as the auditor has narrowed it. That it was taken away stands in the trail.</summary>
internal sealed class ExportAudit(CrmDb db, ListAudit list)
{
    /// <summary>As many rows as a worksheet holds.</summary>
    public const int Most = 1_000_000;

    private const int AtOnce = 500;

    private static readonly string[] Columns = ["audit.number", "audit.when", "audit.person", "audit.via", "audit.action", "audit.entity", "audit.record", "audit.customer", "audit.changes"];

    /// <summary>The file, or why there is none.</summary>
    public async Task<Result<TableExport>> Run(ListAudit.Query query, string asked, string? format, CancellationToken ct)
    {
        if (!db.Actor.May(Platform.Access.Permission.Audit) || db.Scope.Width != ScopeWidth.All)
        {
            return new Refusal.Forbidden("audit.group_only");
        }

        if (format is null || !TableExport.Formats.Contains(format))
        {
            return new Refusal.Invalid("export.format_unknown", nameof(format));
        }

        if (query.Unread is { } unread)
        {
            return ListAudit.Unreadable(unread);
        }

        var entries = await list.Narrow(query, ct);
        if (await entries.Take(Most + 1).CountAsync(ct) > Most)
        {
            return new Refusal.InvalidMany([new(nameof(ListAudit.Query.From), "audit.too_many", Most)]);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{Texts.Get("audit.title")}-{BusinessCalendar.ToBeijing(db.UtcNow):yyyyMMdd-HHmm}");
        return new TableExport(db, name, nameof(AuditEntry), asked, format, [.. Columns.Select(c => Texts.Get(c))], Rows(entries, ct));
    }

    private async IAsyncEnumerable<Cell[]> Rows(IQueryable<AuditEntry> entries, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var before = long.MaxValue; ;)
        {
            var mark = before;
            var batch = await entries.Where(a => a.Id < mark).OrderByDescending(a => a.Id).Take(AtOnce).ToListAsync(ct);
            foreach (var e in await list.Readable(batch, ct))
            {
                yield return
                [
                    Cell.Whole(e.Id), Cell.Of(Figures.BeijingTime(e.At)), Cell.Of(e.Actor), Cell.Of(e.Via), Cell.Of(Texts.Find($"audit.action_{e.Action}") ?? e.Action), Cell.Of(Texts.Find($"audit.entity_{e.Entity}") ?? e.Entity),
                    Cell.Of(e.Subject ?? (e.EntityId == 0 ? null : e.EntityId.ToString(CultureInfo.InvariantCulture))), Cell.Whole(e.CustomerId), Cell.Of(string.Join('\n', e.Changes.Select(c => c.Before is null ? $"{c.Field}: {c.After}" : $"{c.Field}: {c.Before} → {c.After ?? "—"}"))),
                ];
            }

            if (batch.Count < AtOnce)
            {
                yield break;
            }

            before = batch[^1].Id;
        }
    }

    public static async Task<IResult> Post(ExportAudit export, HttpContext http, [FromForm] string? format, CancellationToken ct)
    {
        if ((await export.Run(AuditAddress.Read(http.Request.Query) with { Cursor = null }, Uri.UnescapeDataString(http.Request.QueryString.ToString().TrimStart('?')), format, ct)).TryGet(out var table, out var refusal))
        {
            return table;
        }

        new Notice(refusal.Said(), IsError: true).Leave(http);
        return TypedResults.LocalRedirect($"/audit{http.Request.QueryString}");
    }
}
