namespace RailCrm.Platform.Data.Migrations;

/// <summary>Who held a customer as its manager before the book of responsibilities was begun: the first of a level becomes its main manager, others deputies. Whoever does not work above the customer keeps sight of it, and the right to change it, as one it is shared with.</summary>
internal static class ManagersFromGrants
{
    /// <param name="today">Today in Beijing, as the engine says it.</param>
    /// <param name="now">Now, UTC.</param>
    /// <param name="yes">True.</param>
    public static IEnumerable<string> Sql(string today, string now, string yes) =>
    [
        $"""
        INSERT INTO responsibilities (customer_id, level, user_id, duty, "from", approved_by, approved_at)
        SELECT g.customer_id, mu.level, g.user_id, CASE WHEN row_number() OVER (PARTITION BY g.customer_id, mu.level ORDER BY g.id) = 1 THEN 'Main' ELSE 'Deputy' END, {today}, 0, {now}
        FROM (SELECT min(id) AS id, customer_id, user_id FROM customer_grants WHERE reason = 'manager' AND until IS NULL GROUP BY customer_id, user_id) g
        JOIN users u ON u.id = g.user_id AND NOT u.disabled JOIN units mu ON mu.id = u.unit_id JOIN customers c ON c.id = g.customer_id JOIN units cu ON cu.id = c.unit_id
        WHERE substr(cu.path, 1, length(mu.path)) = mu.path
        """,
        "UPDATE customer_grants SET reason = 'deputy' WHERE reason = 'manager' AND EXISTS (SELECT 1 FROM responsibilities r WHERE r.customer_id = customer_grants.customer_id AND r.user_id = customer_grants.user_id AND r.duty = 'Deputy')",
        $"UPDATE customer_grants SET reason = 'shared', writes = {yes} WHERE reason = 'manager' AND NOT EXISTS (SELECT 1 FROM responsibilities r WHERE r.customer_id = customer_grants.customer_id AND r.user_id = customer_grants.user_id)",
        "UPDATE customers SET manager_levels = (SELECT sum(CASE r.level WHEN 'Group' THEN 2 WHEN 'Subsidiary' THEN 4 ELSE 8 END) FROM responsibilities r WHERE r.customer_id = customers.id AND r.duty = 'Main') WHERE id IN (SELECT customer_id FROM responsibilities)",
        "INSERT INTO role_permissions (role_id, permission) SELECT role_id, 'managers.appoint' FROM role_permissions WHERE permission = 'customers.supervise'",
    ];
}
