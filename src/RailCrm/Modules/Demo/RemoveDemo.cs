using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Demo;

/// <summary>Removes what the demo made and nothing else, some customers at a time. The audit trail keeps what was done: it is never altered.</summary>
internal sealed class RemoveDemo(CrmDb db, DemoHold hold)
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "demo-remove";

    private const int AtOnce = 50;

    /// <summary>What hangs on a customer and goes with it; responsibilities before lines, so that the months of managers go down with them.</summary>
    private static readonly string[] Tables = ["responsibilities", "waybill_lines", "binned_lines", "monthly_facts", "figures_due", "tier_changes", "inbox_lines", "notes", "record_marks", "customer_keys", "personal_traits", "gestures", "contact_days", "former_contacts", "tier_overrides", "customer_shareholders", "customer_products", "customer_stations", "customer_sidings"];

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var total = await db.Set<DemoRow>().CountAsync(r => r.Kind == "Customer", ct);
        await ActivatorUtilities.CreateInstance<RemoveDemo>(services).Run(done => db.Write(async () =>
        {
            await lease.Advance("{}", done, 0, total, ct);
            return 0;
        }, ct), ct);
        services.GetRequiredService<DemoBanner>().Forget();
        return "{}";
    }

    /// <summary>Removes all of it.</summary>
    /// <param name="tell">Told after each step how many customers are gone.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="JobRefusedException">Somebody made a row meanwhile that hangs on a demo row.</exception>
    internal async Task Run(Func<int, Task> tell, CancellationToken ct)
    {
        if (await hold.Works(ct))
        {
            throw new JobRefusedException(Texts.Get("demo.held_work"));
        }

        for (var done = 0; await db.Write(() => Some(ct), ct) is > 0 and var some;)
        {
            done += some;
            await tell(done);
        }

        await db.Write(() => Rest(ct), ct);
    }

    /// <summary>A few customers with all that is theirs, in one transaction with the look at what hangs on them.</summary>
    private async Task<int> Some(CancellationToken ct)
    {
        await Ask(ct);
        var ids = await db.Set<DemoRow>().Where(r => r.Kind == "Customer").OrderBy(r => r.RowId).Take(AtOnce).Select(r => r.RowId).ToListAsync(ct);
        if (ids.Count == 0)
        {
            return 0;
        }

        const string these = "(SELECT row_id FROM demo_rows WHERE kind = 'Customer' AND row_id <= {0})";
        const string people = "(SELECT id FROM customer_contacts WHERE customer_id IN " + these + ")";
        var (contact, customer) = db.IsPostgres ? ("contact_id", "customer_id") : ("rowid", "rowid");
        string[] statements =
        [
            "UPDATE customers SET parent_id = NULL WHERE parent_id IN " + these,
            "DELETE FROM notes WHERE parent_id IS NOT NULL AND customer_id IN " + these, // Deleted ones; others hold the demo.
            "DELETE FROM opened_records WHERE kind = 'waybill' AND record_id IN (SELECT id FROM waybill_lines WHERE customer_id IN " + these + ")",
            "DELETE FROM opened_records WHERE kind = 'waybill' AND record_id IN (SELECT id FROM binned_lines WHERE customer_id IN " + these + ")",
            "DELETE FROM opened_records WHERE kind = 'contact' AND record_id IN " + people,
            "DELETE FROM opened_records WHERE kind = 'customer' AND record_id IN " + these,
            "DELETE FROM merge_rows WHERE merge_id IN (SELECT id FROM customer_merges WHERE survivor_id IN " + these + ")", // Of merges that were taken back: others hold the demo.
            "DELETE FROM customer_merges WHERE survivor_id IN " + these,
            "DELETE FROM duplicate_pairs WHERE first_id IN " + these,
            "DELETE FROM duplicate_pairs WHERE second_id IN " + these,
            .. Tables.Select(table => $"DELETE FROM {table} WHERE customer_id IN " + these),
            $"DELETE FROM contact_search WHERE {contact} IN " + people,
            $"DELETE FROM customer_search WHERE {customer} IN " + these,
            "DELETE FROM customer_contacts WHERE customer_id IN " + these,
            "DELETE FROM customers WHERE id IN " + these,
            "DELETE FROM demo_rows WHERE kind = 'Customer' AND row_id <= {0}",
        ];
        foreach (var statement in statements)
        {
            await db.Database.ExecuteSqlAsync(FormattableStringFactory.Create(statement, ids[^1]), ct); // Constants of ours; the key is a parameter.
        }

        return ids.Count;
    }

    /// <summary>Sidings, employees and units, outlets before the subsidiaries above them; at last what was remembered.</summary>
    private async Task<int> Rest(CancellationToken ct)
    {
        await Ask(ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM sidings WHERE id IN (SELECT row_id FROM demo_rows WHERE kind = 'Siding')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM employees WHERE id IN (SELECT row_id FROM demo_rows WHERE kind = 'Employee')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM opened_records WHERE kind = 'employee' AND record_id IN (SELECT row_id FROM demo_rows WHERE kind = 'Employee')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM opened_records WHERE kind = 'unit' AND record_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM owner_months WHERE unit_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM owner_counts WHERE unit_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM lanes WHERE unit_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        while (await db.Database.ExecuteSqlAsync($"DELETE FROM authority_grants WHERE unit_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit') AND id NOT IN (SELECT parent_id FROM authority_grants WHERE parent_id IS NOT NULL)", ct) > 0)
        {
            // Revoked ones, those given on first; others hold the demo.
        }

        await db.Database.ExecuteSqlAsync($"DELETE FROM units WHERE id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit') AND parent_id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM units WHERE id IN (SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')", ct);
        return await db.Database.ExecuteSqlAsync($"DELETE FROM demo_rows", ct);
    }

    private async Task Ask(CancellationToken ct)
    {
        if ((await hold.Find(ct)).Count > 0)
        {
            throw new JobRefusedException(Texts.Get("demo.held"));
        }
    }
}
