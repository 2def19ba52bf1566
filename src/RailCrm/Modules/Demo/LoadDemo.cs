using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Demo;

/// <summary>Loads demo subsidiaries, outlets, employees, customers and waybills below the own group, beside all that is there. No accounts: nobody can sign in by it.</summary>
/// <remarks>Every row it makes is remembered in the transaction that makes it, read off the audit trail, in which the demo's rows bear "demo" as their way.</remarks>
internal sealed class LoadDemo(CrmDb db, DemoCustomers customers, DemoLines lines, ClassifyCustomers classify)
{
    /// <summary>The kind of job.</summary>
    public const string Kind = "demo-load";

    /// <summary>The way that the audit trail names.</summary>
    public const string Via = "demo";

    public const int Customers = 300;
    public const int Lines = 12_000;
    private const int Employees = 24;

    private long _audited;

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var job = services.GetRequiredService<CrmDb>();
        await using var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Actor = services.GetRequiredService<CurrentActor>().Actor with { Permissions = new HashSet<string>(Permission.All), Scope = Scope.Group, Via = Via };
        try
        {
            // A busy machine may take longer for a batch than a lease lasts, and a second try would have to begin anew.
            await LongStep.Run(services, lease, async stop =>
            {
                if (lease.Job.Token > 1)
                {
                    await ActivatorUtilities.CreateInstance<RemoveDemo>(scope.ServiceProvider).Run(_ => Task.CompletedTask, stop); // What the try before this one left when its server ended.
                }

                await ActivatorUtilities.CreateInstance<LoadDemo>(scope.ServiceProvider).Load(lease.Job.Id, done => job.Write(async () =>
                {
                    await lease.Advance("{}", done, 0, Customers + Lines, stop);
                    return 0;
                }, stop), stop);
                return 0;
            }, ct, looks: true);
        }
        finally
        {
            services.GetRequiredService<DemoBanner>().Forget(); // Also where it was stopped: what is there by then is demo data.
        }

        return "{}";
    }

    /// <exception cref="JobRefusedException">A load broke off before: what it left is to be removed first.</exception>
    private async Task Load(long job, Func<int, Task> tell, CancellationToken ct)
    {
        if (await db.Set<DemoRow>().AnyAsync(ct))
        {
            throw new JobRefusedException(Texts.Get("demo.half"));
        }

        var dice = new Random(2026);
        var places = DemoWords.Places();
        _audited = await db.Set<AuditEntry>().MaxAsync(a => (long?)a.Id, ct) ?? 0;
        var outlets = await db.Write(() => Organisation(job, places, dice, ct), ct);
        var shippers = await customers.Make(Customers, outlets, places, dice, tell, ct, batch: 50, within: () => Remember(ct));
        await lines.Write(Lines, string.Create(CultureInfo.InvariantCulture, $"demo-{job}"), shippers, dice, done => tell(Customers + done), ct);
        await classify.Run(ct);
    }

    private async Task<List<(OrgUnit Unit, DemoWords.Place Place)>> Organisation(long job, IReadOnlyList<DemoWords.Place> places, Random dice, CancellationToken ct)
    {
        var group = await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, ct);
        var outlets = new List<(OrgUnit, DemoWords.Place)>();
        foreach (var (n, name) in DemoWords.Subsidiaries.Index())
        {
            var subsidiary = new OrgUnit(group, string.Create(CultureInfo.InvariantCulture, $"DEMO-Z{n + 1:00}"), Texts.Get("demo.unit", $"{name}公司"));
            await OrgUnit.Add(db, subsidiary, ct);
            foreach (var place in places.Where(p => p.OutletOf == name))
            {
                var outlet = new OrgUnit(subsidiary, $"DEMO-{place.TelegraphCode}", Texts.Get("demo.unit", $"{place.Name}网点"), place.TelegraphCode);
                await OrgUnit.Add(db, outlet, ct);
                outlets.Add((outlet, place));
            }
        }

        db.Add(new DemoRow { Kind = nameof(Job), RowId = job }); // By it the demo's waybills are known: they say that they come from demo-{job}.
        db.AddRange(Enumerable.Range(0, Employees).Select(n => new Employee
        {
            Number = string.Create(CultureInfo.InvariantCulture, $"DEMO-{n + 1:0000}"), Name = DemoWords.Person(dice), UnitId = outlets[n % outlets.Count].Item1.Id, Position = n % 4 == 0 ? "网点主任" : "客户经理",
            Phone = string.Create(CultureInfo.InvariantCulture, $"010-5190{n + 1:0000}"),
        }));
        await db.SaveChangesAsync(ct);
        await Remember(ct);
        db.ChangeTracker.Clear();
        return outlets;
    }

    /// <summary>Keeps the keys of what this transaction made.</summary>
    private async Task Remember(CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"INSERT INTO demo_rows (kind, row_id) SELECT entity, entity_id FROM audit_entries WHERE id > {_audited} AND via = {Via} AND action = 'created' AND entity IN ('OrgUnit', 'Employee', 'Customer', 'Contact', 'Siding') ON CONFLICT DO NOTHING", ct);
        _audited = await db.Set<AuditEntry>().Where(a => a.Via == Via).MaxAsync(a => (long?)a.Id, ct) ?? _audited;
    }
}
