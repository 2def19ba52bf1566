using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using F = RailCrm.Platform.Lists.ListField<RailCrm.Modules.Customers.Customer>;

namespace RailCrm.Modules.Managers;

/// <summary>What the list of customers asks and does about managers: those without one where their tier needs one, and appointing one for many.</summary>
internal sealed class ManagersPart : CustomerListPart
{
    private const string Entrust = "entrust";
    private const string Deputise = "deputise";

    internal override IReadOnlyList<F> Fields { get; } =
    [
        F.Only("managerGap", "manager.gap", FieldKind.Choice, ["="], Gap).Coded(Said, () => [("any", Said("any")!), ("outlet", Said("outlet")!), ("subsidiary", Said("subsidiary")!), ("group", Said("group")!)]),
        F.Only("soleSigns", "manager.sole_filter", FieldKind.Choice, ["="], Sole).Coded(SignsSaid, () => [.. new[] { "1", "2", "3", "4" }.Select(n => (n, SignsSaid(n)!))]),
        F.Only("managedBy", "manager.managed_by", FieldKind.Text, ["="], (db, asked, ct) => HeldBy(db, asked, Duty.Main, ct)),
        F.Only("helpedBy", "manager.helped_by", FieldKind.Text, ["="], (db, asked, ct) => HeldBy(db, asked, Duty.Deputy, ct)),
        F.Of("sole", "manager.sole", FieldKind.Reference, c => c.Id).Refers(SoleKnown.Said),
    ];

    internal override IReadOnlyList<SystemView> Views { get; } = [new("unmanaged", "manager.view_gap", "managerGap=any&columns=name,tier,unit,manager,revenue"), new("sole", "manager.view_sole", "soleSigns=3&sort=-revenue&columns=name,tier,unit,sole,revenue,completeness")];

    internal override IReadOnlyList<ListWork> Works { get; } =
    [
        new(Entrust, "manager.work_entrust", "user-check", Permission.ManagersAppoint) { Lookup = "/api/v1/lookup/manager-candidates?q=", AsksReason = true },
        new(Deputise, "manager.work_deputise", "user-plus", Permission.ManagersAppoint) { Lookup = "/api/v1/lookup/manager-candidates?q=" },
    ];

    internal override async Task<Refusal?> Refuses(CrmDb db, WorkOrder order, CancellationToken ct) =>
        (await ManagerCandidates.Find(db, order.Value, null, nameof(order.Value), ct)).Refusal
        ?? (PlainText.Trimmed(order.Reason) is not { } why ? order.Act == Entrust ? new Refusal.InvalidMany([new(nameof(order.Reason), "manager.reason_missing")]) : null
            : why.Length > Responsibility.ReasonLength || !PlainText.IsStorable(why) ? new Refusal.InvalidMany([new(nameof(order.Reason), "manager.reason_long", Responsibility.ReasonLength)]) : null);

    /// <summary>Appoints the same person for each; an undo puts the one before back where nobody else was appointed since.</summary>
    internal override async Task Work(CrmDb db, WorkOrder order, IReadOnlyList<WorkRow> rows, CancellationToken ct)
    {
        var (ids, book, duty) = (rows.Select(r => r.RowId).ToList(), new ManagerBook(db), order.Act == Entrust ? Duty.Main : Duty.Deputy);
        await book.Read(ids, ct);
        var paths = await (from c in db.Set<Customer>() join u in db.Set<OrgUnit>() on c.UnitId equals u.Id where EF.Parameter(ids).Contains(c.Id) select new { c.Id, u.Path }).ToDictionaryAsync(c => c.Id, c => c.Path, ct);
        if (order.UndoOf is not null)
        {
            await TakeBack(db, book, duty, rows, paths, ct);
            return;
        }

        var found = await ManagerCandidates.Find(db, order.Value, null, nameof(order.Value), ct);
        if (found.TryGet(out var whom, out _))
        {
            await book.HoldPeople([whom.Id], ct);
            found = await ManagerCandidates.Stays(db, whom, ct) ? found : new Refusal.Invalid("manager.person_unfit", nameof(order.Value));
        }

        foreach (var row in rows)
        {
            if (!paths.TryGetValue(row.RowId, out var path))
            {
                row.Refuse("common.not_found");
            }
            else if (!found.TryGet(out var person, out _) || !path.StartsWith(person.Path, StringComparison.Ordinal))
            {
                row.Refuse("manager.unit_other");
            }
            else if (book.Of(row.RowId).Any(r => r.UserId == person.Id && (r.Duty == Duty.Main || r.Duty == duty)))
            {
                row.Outcome = "same";
            }
            else
            {
                var former = duty == Duty.Main ? book.Main(row.RowId, person.Level)?.UserId : null;
                book.Appoint(row.RowId, (person.Id, person.Level), duty, book.Today, null, PlainText.Trimmed(order.Reason));
                (row.Outcome, row.Before) = ("done", string.Create(CultureInfo.InvariantCulture, $"{(int)person.Level}:{person.Id}:{former ?? 0}"));
            }
        }

        await book.Save(tell: true, ct);
    }

    private static async Task TakeBack(CrmDb db, ManagerBook book, Duty duty, IReadOnlyList<WorkRow> rows, Dictionary<long, string> paths, CancellationToken ct)
    {
        var former = rows.Select(r => (r.Before ?? "0:0:0").Split(':')[2]).Distinct().Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToList();
        await book.HoldPeople(former, ct);
        var people = (await ManagerCandidates.Among(db, former, ct)).ToDictionary(p => p.Id);
        foreach (var row in rows)
        {
            var parts = (row.Before ?? "0:0:0").Split(':').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToList();
            var (level, appointed, before) = ((UnitLevel)parts[0], parts[1], parts[2]);
            if (!paths.TryGetValue(row.RowId, out var path))
            {
                row.Refuse("common.not_found");
            }
            else if (book.Of(row.RowId).FirstOrDefault(r => r.UserId == appointed && r.Duty == duty && r.Level == level) is not { } held)
            {
                row.Refuse("list.changed_since");
            }
            else if (before != 0 && people.TryGetValue(before, out var back) && back.Level == level && path.StartsWith(back.Path, StringComparison.Ordinal))
            {
                book.Appoint(row.RowId, (back.Id, level), Duty.Main, book.Today, null, null);
                row.Outcome = "done";
            }
            else if (before != 0)
            {
                row.Refuse("manager.former_gone");
            }
            else
            {
                book.End(held, book.Today, "undone");
                row.Outcome = "done";
            }
        }

        await book.Save(tell: true, ct);
    }

    private static string? SignsSaid(string least) => Platform.Text.Texts.Get(least == "1" ? "manager.sole_any" : "manager.sole_least", least);

    /// <summary>Customers that one person alone knows, with at least so many signs of it.</summary>
    private static async Task<Result<Condition<Customer>>> Sole(CrmDb db, Criterion asked, CancellationToken ct)
    {
        await Task.CompletedTask;
        if (!asked.Values.All(v => v is "1" or "2" or "3" or "4"))
        {
            return new Refusal.InvalidMany([new(asked.Field, "manager.sole_unknown")]);
        }

        var least = asked.Values.Min(v => v[0] - '0');
        return new Condition<Customer>(c => db.Set<SoleKnown>().Any(s => s.CustomerId == c.Id && s.Weight >= least), db.Set<SoleKnown>().Where(s => s.Weight >= least).Select(s => s.CustomerId), Indexed: true);
    }

    /// <summary>Customers that one of some people, known by sign-in name, answers for or helps with today.</summary>
    private static async Task<Result<Condition<Customer>>> HeldBy(CrmDb db, Criterion asked, Duty duty, CancellationToken ct)
    {
        var names = asked.Values.Select(v => v.Trim().ToUpperInvariant()).ToList();
        var people = await db.Set<Platform.Access.User>().Where(u => EF.Parameter(names).Contains(u.NormalizedUserName!)).Select(u => u.Id).ToListAsync(ct);
        var today = BusinessCalendar.Day(db.UtcNow);
        var held = db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => EF.Parameter(people).Contains(r.UserId) && r.Duty == duty && r.From <= today && (r.Until == null || r.Until > today)).Select(r => r.CustomerId);
        return new Condition<Customer>(c => db.Set<Responsibility>().Any(r => r.CustomerId == c.Id && EF.Parameter(people).Contains(r.UserId) && r.Duty == duty && r.From <= today && (r.Until == null || r.Until > today)), held, Indexed: true);
    }

    private static string? Said(string code) => Platform.Text.Texts.Get(code == "any" ? "manager.gap_any" : $"level.{code}");

    /// <summary>Customers whose tier needs a manager at a level where they have none; a customer that lies above a level needs none there.</summary>
    private static async Task<Result<Condition<Customer>>> Gap(CrmDb db, Criterion asked, CancellationToken ct)
    {
        var levels = new List<UnitLevel>();
        foreach (var value in asked.Values)
        {
            if (value != "any" && !(Enum.TryParse<UnitLevel>(value, ignoreCase: true, out var level) && Enum.IsDefined(level)))
            {
                return new Refusal.InvalidMany([new(asked.Field, "manager.gap_unknown")]);
            }

            levels.AddRange(value == "any" ? Enum.GetValues<UnitLevel>() : [Enum.Parse<UnitLevel>(value, ignoreCase: true)]);
        }

        var rule = await ManagerRule.Read(db, ct);
        var above = await db.Set<OrgUnit>().Where(u => u.Level != UnitLevel.Outlet).Select(u => new { u.Id, u.Level }).ToListAsync(ct);
        var (asks, upper) = (levels.Distinct().Sum(ManagerRule.Bit), above.ConvertAll(u => u.Id));
        var parts = new List<Condition<Customer>>();
        foreach (var tier in Enum.GetValues<CustomerTier>())
        {
            foreach (var level in Enum.GetValues<UnitLevel>())
            {
                var needs = rule.Of(tier) & asks & Enum.GetValues<UnitLevel>().Where(l => l <= level).Sum(ManagerRule.Bit);
                var lacking = Enumerable.Range(0, 1 << 4).Where(held => (held & 1) == 0 && (held & needs) != needs).ToList();
                var at = above.Where(u => u.Level == level).Select(u => u.Id).ToList();
                if (needs != 0)
                {
                    parts.Add(level == UnitLevel.Outlet
                        ? Of(db, c => c.Tier == tier && EF.Parameter(lacking).Contains(c.ManagerLevels) && !EF.Parameter(upper).Contains(c.UnitId))
                        : Of(db, c => c.Tier == tier && EF.Parameter(lacking).Contains(c.ManagerLevels) && EF.Parameter(at).Contains(c.UnitId)));
                }
            }
        }

        return parts.Count == 0 ? Of(db, c => c.Id < 0) : Condition<Customer>.Any(parts);
    }

    private static Condition<Customer> Of(CrmDb db, System.Linq.Expressions.Expression<Func<Customer, bool>> test) => new(test, db.Set<Customer>().IgnoreQueryFilters().Where(test).Select(c => c.Id), Indexed: true);
}
