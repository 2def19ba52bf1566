using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>The demo's approvals: asked for by the account manager, one approved, one refused, one returned and the others waiting for the head of the outlet and the subsidiary. Asked and decided as people do it, in their names.</summary>
internal static class DemoApprovals
{
    public static async Task Make(CrmDb db, IServiceScopeFactory scopes, CancellationToken ct)
    {
        var people = await db.Set<User>().Where(u => MakeDemo.SignIns.Contains(u.UserName)).ToDictionaryAsync(u => u.UserName!, u => (u.Id, u.UnitId), ct);
        var (outlet, today) = (people["manager"].UnitId, BusinessCalendar.Day(db.UtcNow));
        var customers = await db.Set<Customer>().AsNoTracking().Where(c => c.UnitId == outlet).OrderByDescending(c => c.Trailing12RevenueFen).ThenBy(c => c.Id).Select(c => c.Id).Take(5).ToListAsync(ct);
        var other = await db.Set<OrgUnit>().Where(u => u.Level == UnitLevel.Outlet && u.Id != outlet).OrderBy(u => u.Id).Select(u => u.Id).FirstOrDefaultAsync(ct);
        if (customers.Count == 0 || other == 0)
        {
            return;
        }

        // In a very small demo several are about one customer; what is open for it already is left out.
        long Of(int customer) => customers[customer % customers.Count];
        string Terms(int customer, AuthorityAction action, long amount) => CustomerTerms.Payload(new(Of(customer), action, amount, today.AddMonths(6)));
        await Decided(await Ask(CustomerTerms.Name, Terms(0, AuthorityAction.Discount, 300), "年度框架客户，竞争对手报价更低"), Decision.Approve, "同意，半年后复核");
        await Decided(await Ask(CustomerTerms.Name, Terms(1, AuthorityAction.CreditDays, 30), "客户每月底统一付款"), Decision.Return, "请附上近三个月的回款记录");
        await Decided(await Ask("customer.transfer", CustomerTransfer.Payload(Of(2), other), "客户仓库将搬迁"), Decision.Refuse, "搬迁日期未定，届时再提");
        await Ask(CustomerTerms.Name, Terms(3, AuthorityAction.Discount, 800), "新线路首批货物，争取长期合同");
        await Ask("customer.transfer", CustomerTransfer.Payload(Of(4), other), "发货站已改到该网点");

        async Task<long?> Ask(string kind, string payload, string reason) =>
            (await As<SubmitApproval, Approval>("manager", s => s.Run(kind, payload, reason, null, ct))).TryGet(out var approval, out _) ? approval.Id : null;

        // Whoever is asked by then is whom the routing found: the head of the outlet.
        async Task Decided(long? approval, Decision decision, string comment)
        {
            if (approval is { } id)
            {
                await As<ApprovalDesk, Approval>("outlet", d => d.Act<DecideApproval>(id, s => s.Run(id, null, null, new() { Decision = decision, Comment = comment }, ct), ct));
            }
        }

        async Task<Result<T>> As<TUse, T>(string who, Func<TUse, Task<Result<T>>> act) where TUse : notnull
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentActor>().Actor = await Actors.Find(db, people[who].Id, "demo", ct) ?? Actor.Nobody;
            return await act(scope.ServiceProvider.GetRequiredService<TUse>());
        }
    }
}
