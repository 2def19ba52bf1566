using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>What people made that hangs on demo rows: it would go with them, so it is named and keeps the demo from being removed. The contents of demo rows that people changed go with the rows.</summary>
/// <remarks>In SQL past every filter: what lies in the bin hangs as well, and the demo is removed for the whole group.</remarks>
internal sealed class DemoHold(CrmDb db)
{
    private const string Demo = "(SELECT row_id FROM demo_rows WHERE kind = 'Customer')";
    private const string Unit = "(SELECT row_id FROM demo_rows WHERE kind = 'OrgUnit')";

    private const string Source = "(SELECT 'demo-' || row_id FROM demo_rows WHERE kind = 'Job')";

    /// <param name="TextKey">What it is.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Some">The first of them in words.</param>
    public sealed record Held(string TextKey, long Count, IReadOnlyList<string> Some);

    /// <summary>What it is → how it is called, and which rows; constants of ours.</summary>
    private static readonly (string TextKey, string Name, string From)[] Kinds =
    [
        ("demo.held_customers", "c.number || ' ' || c.name", $"customers c WHERE c.unit_id IN {Unit} AND c.id NOT IN {Demo}"),
        ("demo.held_moved", "c.number || ' ' || c.name", $"customers c WHERE c.id IN {Demo} AND c.unit_id NOT IN {Unit}"),
        ("demo.held_children", "c.number || ' ' || c.name", $"customers c WHERE c.parent_id IN {Demo} AND c.id NOT IN {Demo}"),
        ("demo.held_parents", "c.number || ' ' || c.name", $"customers c WHERE c.id IN {Demo} AND c.parent_id IS NOT NULL AND c.parent_id NOT IN {Demo}"),
        ("demo.held_contacts", "k.name", $"customer_contacts k WHERE k.customer_id IN {Demo} AND k.id NOT IN (SELECT row_id FROM demo_rows WHERE kind = 'Contact')"),
        ("demo.held_moved_contacts", "k.name", $"customer_contacts k WHERE k.id IN (SELECT row_id FROM demo_rows WHERE kind = 'Contact') AND k.customer_id NOT IN {Demo}"),
        ("demo.held_merged_contacts", "k.name", $"customer_contacts k JOIN customer_contacts p ON p.id = k.part_of_id WHERE (k.customer_id IN {Demo} AND p.customer_id NOT IN {Demo}) OR (k.customer_id NOT IN {Demo} AND p.customer_id IN {Demo})"),
        ("demo.held_attachments", "a.file_name", $"customer_attachments a WHERE a.customer_id IN {Demo}"),
        ("demo.held_notes", "substr(n.text, 1, 40)", $"notes n WHERE n.customer_id IN {Demo} AND n.deleted_at IS NULL"),
        ("demo.held_approvals", "a.number", $"approvals a WHERE a.customer_id IN {Demo} OR a.unit_id IN {Unit}"),
        ("demo.held_lines", "w.external_no", $"waybill_lines w WHERE w.customer_id IN {Demo} AND w.source NOT IN {Source}"),
        ("demo.held_binned_lines", "b.external_no", $"binned_lines b WHERE b.customer_id IN {Demo} AND b.source NOT IN {Source}"),
        ("demo.held_moved_lines", "w.external_no", $"waybill_lines w WHERE w.source IN {Source} AND w.customer_id NOT IN {Demo}"),
        ("demo.held_grants", "c.number || ' ' || c.name", $"customer_grants g JOIN customers c ON c.id = g.customer_id WHERE g.customer_id IN {Demo} OR g.unit_id IN {Unit}"),
        ("demo.held_merges", "c.number || ' ' || c.name", $"customers c WHERE (c.id IN {Demo} AND c.merged_into_id IS NOT NULL) OR c.merged_into_id IN {Demo}"),
        ("demo.held_units", "u.name", $"units u WHERE u.parent_id IN {Unit} AND u.id NOT IN {Unit}"),
        ("demo.held_moved_units", "u.name", $"units u WHERE u.id IN {Unit} AND u.parent_id NOT IN {Unit} AND u.parent_id <> (SELECT id FROM units WHERE parent_id IS NULL)"),
        ("demo.held_employees", "e.name", $"employees e WHERE (e.unit_id IN {Unit} AND e.id NOT IN (SELECT row_id FROM demo_rows WHERE kind = 'Employee')) OR (e.id IN (SELECT row_id FROM demo_rows WHERE kind = 'Employee') AND e.user_id IS NOT NULL)"),
        ("demo.held_accounts", "u.user_name", $"users u WHERE u.unit_id IN {Unit}"),
        ("demo.held_pools", "p.name", $"pools p WHERE p.unit_id IN {Unit} OR EXISTS (SELECT 1 FROM pool_stays s WHERE s.pool_id = p.id AND s.customer_id IN {Demo})"),
        ("demo.held_authority", "u.name", $"authority_grants g JOIN units u ON u.id = g.unit_id WHERE g.unit_id IN {Unit} AND g.revoked_at IS NULL"),
        ("demo.held_views", "v.name", $"saved_views v WHERE v.unit_id IN {Unit}"),
        ("demo.held_targets", "u.name", $"(SELECT unit_id FROM target_plans WHERE unit_id IN {Unit} UNION ALL SELECT unit_id FROM result_rules WHERE unit_id IN {Unit}) t JOIN units u ON u.id = t.unit_id"),
        ("demo.held_sidings", "s.name", $"sidings s WHERE s.id IN (SELECT row_id FROM demo_rows WHERE kind = 'Siding') AND EXISTS (SELECT 1 FROM customer_sidings x WHERE x.siding_id = s.id AND x.customer_id NOT IN {Demo})"),
    ];

    /// <summary>All of it; nothing where the demo can go.</summary>
    public async Task<IReadOnlyList<Held>> Find(CancellationToken ct)
    {
        var found = new List<Held>();
        foreach (var (textKey, name, from) in Kinds)
        {
            var some = await db.Database.SqlQuery<string>(FormattableStringFactory.Create($"SELECT {name} AS \"Value\" FROM {from} LIMIT 3")).ToListAsync(ct);
            if (some.Count > 0)
            {
                found.Add(new(textKey, await db.Database.SqlQuery<long>(FormattableStringFactory.Create($"SELECT count(*) AS \"Value\" FROM {from}")).SingleAsync(ct), some));
            }
        }

        return found;
    }

    /// <summary>Whether a demo unit did work for a customer of the group's own. Reads all facts, so only the job asks it.</summary>
    public async Task<bool> Works(CancellationToken ct) =>
        await db.Database.SqlQuery<long>(FormattableStringFactory.Create($"SELECT f.lane_id AS \"Value\" FROM monthly_facts f JOIN lanes l ON l.id = f.lane_id WHERE l.unit_id IN {Unit} AND f.lines <> 0 AND f.customer_id NOT IN {Demo} LIMIT 1")).AnyAsync(ct);
}
