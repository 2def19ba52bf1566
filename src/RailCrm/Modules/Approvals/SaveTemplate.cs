using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Approvals;

/// <summary>The group says through which nodes approvals of a kind go. What is under way goes on as it began.</summary>
public sealed class SaveTemplate(CrmDb db, ApprovalKinds kinds)
{
    /// <summary>Longest deadline, in hours or days.</summary>
    public const int MostDue = 1_000;

    /// <summary>Highest amount: a hundred billion yuan.</summary>
    public const long MostFen = 10_000_000_000_000;

    /// <summary>A node as it is said; one without an approver is none.</summary>
    public sealed class NodeInput
    {
        public NodeBy? By { get; set; }

        public NodeMode? Mode { get; set; }

        public UnitLevel? Level { get; set; }

        public long? RoleId { get; set; }

        /// <summary>By sign-in name, alone or as the look-up writes it.</summary>
        public string? Person { get; set; }

        /// <summary>A number; empty for no deadline.</summary>
        public string? Due { get; set; }

        public DueUnit? Unit { get; set; }
    }

    public sealed class Input
    {
        public string? Kind { get; set; }

        public long FromFen { get; set; }

        public bool AskOnce { get; set; }

        public List<NodeInput> Nodes { get; set; } = [];
    }

    /// <summary>Whether the actor says what holds for the whole group.</summary>
    public static bool MayChange(Actor actor) => actor.May(Permission.OrganizationWrite) && actor.Scope.Width == ScopeWidth.All;

    /// <summary>All there are, by kind and amount.</summary>
    public Task<List<ApprovalTemplate>> All(CancellationToken ct) => db.Set<ApprovalTemplate>().AsNoTracking().OrderBy(t => t.Kind).ThenBy(t => t.FromFen).ToListAsync(ct);

    /// <summary>Makes one, or changes the one that still has the version.</summary>
    public async Task<Result<ApprovalTemplate>> Run(long? id, int? version, Input input, CancellationToken ct)
    {
        if (!MayChange(db.Actor))
        {
            return new Refusal.Forbidden("approval.group_only");
        }

        var errors = new List<FieldError>();
        if (kinds.Named(input.Kind) is null)
        {
            errors.Add(new(nameof(Input.Kind), "approval.kind_unknown"));
        }

        if (input.FromFen is < 0 or > MostFen)
        {
            errors.Add(new(nameof(Input.FromFen), "approval.amount_wrong"));
        }

        var nodes = await Nodes(input.Nodes, kinds.Named(input.Kind)?.ByAuthority == true, errors, ct);
        if (errors.Count > 0)
        {
            return new Refusal.InvalidMany(errors);
        }

        try
        {
            return await db.Write<Result<ApprovalTemplate>>(async () =>
            {
                var template = id is null ? new() { Version = 1 } : await db.Set<ApprovalTemplate>().SingleOrDefaultAsync(t => t.Id == id, ct);
                if (template is null)
                {
                    return new Refusal.NotFound();
                }

                if (id is not null && version is not null && version != template.Version)
                {
                    return new Refusal.Stale();
                }

                var (kind, from) = (input.Kind!, input.FromFen);
                if (await db.Set<ApprovalTemplate>().AnyAsync(t => t.Kind == kind && t.FromFen == from && t.Id != template.Id, ct))
                {
                    return new Refusal.Invalid("approval.template_there", nameof(Input.FromFen));
                }

                (template.Kind, template.FromFen, template.AskOnce, template.Route) = (kind, from, input.AskOnce, Approval.Write(nodes));
                if (id is null)
                {
                    db.Add(template);
                }

                await db.SaveChangesAsync(ct);
                return template;
            }, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal.Stale();
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return new Refusal.Invalid("approval.template_there", nameof(Input.FromFen)); // Two at once.
        }
    }

    /// <summary>Takes one away; the next lower one holds then, or the default.</summary>
    public Task<Result<bool>> Remove(long id, CancellationToken ct) => db.Write<Result<bool>>(async () =>
    {
        if (!MayChange(db.Actor))
        {
            return new Refusal.Forbidden("approval.group_only");
        }

        if (await db.Set<ApprovalTemplate>().SingleOrDefaultAsync(t => t.Id == id, ct) is not { } template)
        {
            return new Refusal.NotFound();
        }

        db.Remove(template);
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);

    private async Task<List<ApprovalNode>> Nodes(List<NodeInput> said, bool byAuthority, List<FieldError> errors, CancellationToken ct)
    {
        var nodes = new List<ApprovalNode>();
        for (var i = 0; i < said.Count; i++)
        {
            var node = said[i];
            void Wrong(string field, string code, params object?[] args) => errors.Add(new($"{nameof(Input.Nodes)}[{i}].{field}", code, [i + 1, .. args]));
            if (node.By is not { } by)
            {
                continue;
            }

            var due = PlainText.Trimmed(node.Due) is not { } typed ? null : int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)0;
            if (due is < 1 or > MostDue)
            {
                Wrong(nameof(node.Due), "approval.due_wrong", MostDue);
            }

            if (by == NodeBy.Authority && !byAuthority)
            {
                Wrong(nameof(node.By), "approval.no_authority");
            }

            if (by == NodeBy.AccountManager && node.Level is null)
            {
                Wrong(nameof(node.Level), "approval.level_needed");
            }

            if (by == NodeBy.Role && !await db.Set<Role>().AnyAsync(r => r.Id == node.RoleId, ct))
            {
                Wrong(nameof(node.RoleId), "approval.role_needed");
            }

            var person = by == NodeBy.Person ? await Person(node.Person, ct) : null;
            if (by == NodeBy.Person && person is null)
            {
                Wrong(nameof(node.Person), "approval.person_needed");
            }

            nodes.Add(new(by, node.Mode ?? NodeMode.Any, by == NodeBy.AccountManager ? node.Level : null, by == NodeBy.Role ? node.RoleId : null, person, due, node.Unit ?? DueUnit.WorkingDays));
        }

        if (nodes.Count is 0 or > ApprovalTemplate.MostNodes)
        {
            errors.Add(new(nameof(Input.Nodes), "approval.nodes_needed", ApprovalTemplate.MostNodes));
        }
        else if (byAuthority && !nodes.Exists(n => n.By == NodeBy.Authority))
        {
            errors.Add(new(nameof(Input.Nodes), "approval.authority_needed")); // Else heads would grant beyond what they may.
        }

        return nodes;
    }

    private async Task<long?> Person(string? typed, CancellationToken ct)
    {
        var name = PlainText.IsStorable(typed) ? PlainText.Trimmed(typed)?.Split(' ', 2)[0].ToUpperInvariant() : null;
        return name is null ? null : await db.Set<User>().Where(u => u.NormalizedUserName == name && !u.Disabled).Select(u => (long?)u.Id).SingleOrDefaultAsync(ct);
    }
}
