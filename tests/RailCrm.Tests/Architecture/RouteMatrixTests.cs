using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Architecture;

/// <summary>Every route and page, asked by everybody for what is theirs and what is not. What is expected follows from the permission a route names and from the record its address names; a new address with a value in it must be declared here.</summary>
public sealed partial class RouteMatrixTests
{
    /// <summary>Everybody who asks; nobody in particular is the last. Records are the outlet n1's, to which s1 is a sibling.</summary>
    private static readonly string?[] People = ["s1", "north", "group", "auditor", "security", "admin", "data", "n1", null];

    private static readonly string[] Scope = ["n1", "north", "group", "auditor", "security", "admin", "data"];
    private static readonly string[] Everybody = ["s1", .. Scope];

    /// <summary>The beginning of an address → the record its first value names, and who sees that of n1. Longer ones count before shorter ones. Below "customers/{id}" everything is the customer's.</summary>
    private static readonly (string Address, string[] Seers, Func<CrmApp, Task<string>> Make)[] Records =
    [
        ("customers/{}", Scope, Customer),
        ("customers/merges/{}", Scope, MergeOf),
        ("contacts/merges/{}", Scope, ContactMergeOf),
        ("customers/bin/{}", Scope, BinnedCustomer),
        ("contacts/bin/{}", Scope, BinnedContact),
        ("waybills/bin/{}", Scope, BinnedLine),
        ("customers/works/{}", ["n1"], app => WorkOf(app, "customers", "star")),
        ("contacts/works/{}", ["n1"], app => WorkOf(app, "contacts", "star")),
        ("waybills/works/{}", ["n1"], app => WorkOf(app, "waybills", "star")),
        ("customers/bin/works/{}", ["n1"], app => WorkOf(app, "bin", "restore")),
        ("contacts/bin/works/{}", ["n1"], app => WorkOf(app, "contactBin", "restore")),
        ("waybills/bin/works/{}", ["n1"], app => WorkOf(app, "waybillBin", "restore")),
        ("customers/views/{}", Everybody, _ => Task.FromResult("all")),
        ("contacts/views/{}", Everybody, _ => Task.FromResult("all")),
        ("waybills/views/{}", Everybody, _ => Task.FromResult("all")),
        ("customers/duplicate-pairs/{}", Scope, PairOf),
        ("contacts/duplicate-pairs/{}", Scope, ContactPairOf),
        ("waybills/duplicate-pairs/{}", Scope, WaybillPairOf),
        ("waybills/{}", Scope, Line),
        ("results/people/{}", Scope, app => app.In(Actor.System("test"), async db => Text(await db.Set<User>().Where(u => u.UserName == "n1").Select(u => u.Id).SingleAsync(Ct)))),
        ("results/units/{}", Scope, app => app.In(Actor.System("test"), async db => Text(await db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct)))),
        ("approvals/{}", ["n1", "north", "group", "data"], ApprovalOf),
        ("authority/{}", Scope, GrantOf), ("authority/grants/{}", Scope, GrantOf),
        ("inbox/{}", Everybody, _ => Task.FromResult("1")),
        ("imports/{}", ["n1", "data"], ImportOf),
        ("imports/templates/{}", Everybody, _ => Task.FromResult("customers")),
        ("organization/{}", Scope, Unit),
        ("org-units/{}", Scope, Unit),
        ("employees/{}", Scope, EmployeeOf),
        ("accounts/{}", Scope, app => app.In(Actor.System("test"), async db => Text(await db.Set<User>().Where(u => u.UserName == "n2").Select(u => u.Id).SingleAsync(Ct)))),
        ("roles/{}", Everybody, app => app.In(Actor.System("test"), async db => Text(await db.Set<Role>().Where(r => r.Name == "finance").Select(r => r.Id).SingleAsync(Ct)))),
        ("stations/{}", Everybody, Station),
        ("reference/{}", Everybody, _ => Task.FromResult("bureaus")),
        ("reference/sidings/{}", Everybody, SidingOf),
        ("reference/stations/{}", Everybody, Station), ("reference/stations/{}/edit", Everybody, Station),
        ("fields/{}", Everybody, Field),
        ("handovers/{}", ["n1", "north", "group", "data"], HandoverOf),
        ("pools/{}", Scope, PoolOf),
        ("pools/customers/{}", Scope, StayOf),
        ("attachments/{}", Scope, AttachmentOf),
        ("jobs/{}", Everybody, _ => Task.FromResult("1")),
        ("lists/{}", Everybody, _ => Task.FromResult("contacts")),
        ("contacts/{}", Scope, Customer),
        ("openapi/{}.json", Everybody, _ => Task.FromResult("v1")),
        ("docs/{}", Everybody, _ => Task.FromResult("v1")),
    ];

    /// <summary>Addresses at which nothing stands in these tests: no rows were rejected, the kit is for development, no job ran, no rows were selected.</summary>
    private static readonly string[] Empty = ["imports/{}/rejected", "kit", "settings/tiers/job", "settings/demo/job", "lists/{}/work", "customers/duplicate-pairs/job", "contacts/duplicate-pairs/job", "waybills/duplicate-pairs/job"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private sealed record Route(RouteEndpoint Endpoint, string Method, string Pattern, IReadOnlyList<string> Permissions, bool IsApi)
    {
        /// <summary>The address without its beginning and with empty values.</summary>
        public string Address => Value().Replace(Regex.Replace(Pattern, "^/(api/v1/|api/)?", ""), "{}").ToLowerInvariant();

        public bool IsPage => Endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
    }

    private static List<Route> Routes(CrmApp app) =>
    [
        .. from e in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where e.Metadata.GetMetadata<IAllowAnonymous>() is null
           let pattern = "/" + e.RoutePattern.RawText!.TrimStart('/')
           where pattern != "/{**path:file}" // Static files that are not there.
           let permissions = e.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct().ToList()
           let isPage = e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
           from method in isPage ? ["GET"] : e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           select new Route(e, method, pattern, permissions, pattern.StartsWith("/api/", StringComparison.Ordinal)),
    ];

    private static (string Address, string[] Seers, Func<CrmApp, Task<string>> Make)? RecordOf(Route route) =>
        Records.Where(r => route.Address == r.Address || route.Address.StartsWith(r.Address + "/", StringComparison.Ordinal)).OrderByDescending(r => r.Address.Length).Select(r => ((string, string[], Func<CrmApp, Task<string>>)?)r).FirstOrDefault();

    [Fact]
    public async Task Every_address_with_a_value_in_it_declares_whose_record_that_is()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var routes = Routes(app);
        Assert.True(routes.Count(r => r.IsPage) > 10 && routes.Count(r => r.IsApi) > 15);
        Assert.Contains(routes, r => r.Address == "customers/{}" && RecordOf(r) is not null);

        Assert.Empty(routes.Where(r => r.Pattern.Contains('{', StringComparison.Ordinal) && RecordOf(r) is null).Select(r => $"{r.Method} {r.Pattern} ({r.Address})"));
    }

    [Fact]
    public async Task Every_page_and_route_names_its_permission()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);

        Assert.Empty(Routes(app).Where(r => r.Permissions.Count == 0 && (r.IsApi || r.IsPage)).Select(r => $"{r.Method} {r.Pattern}"));
        Assert.Empty(Routes(app).SelectMany(r => r.Permissions).Except(Permission.All));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Everybody_reaches_what_is_theirs_and_nothing_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var top = await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Id).SingleAsync(Ct));
        Assert.Null((await app.With<SetUpGroup, Result<User>>(Actor.System("test"), s => s.CreateUser(new() { UserName = "security", DisplayName = "security", UnitId = top }, CrmApp.Password, "security", Ct))).Refusal);
        var wrong = new List<string>();
        var asked = 0;
        var made = new Dictionary<string, string>();
        // Who may is decided before a database is asked: on the second it is enough that the questions of one who may do most, of an owner and of a stranger are answered.
        foreach (var person in engine == Engine.Sqlite ? People : ["s1", "group", "n1"])
        {
            var permissions = person is null ? null : (await app.ActorOf(person)).Permissions;
            using var browser = person is null ? app.Browser() : await app.SignedIn(person);
            using var api = person is null ? app.Browser() : await app.Api(person);
            foreach (var route in Routes(app).Where(r => r.IsApi || r.IsPage))
            {
                var record = RecordOf(route);
                if (record is null && route.Pattern.Contains('{', StringComparison.Ordinal))
                {
                    continue; // Told by the test above.
                }

                // A record that is read, or whose writer is refused, is shared; one that is written is made anew, since the one before may be gone.
                var stays = route.Method == "GET" || permissions is null || !route.Permissions.All(permissions.Contains) || (record is { } seen && !seen.Seers.Contains(person));
                var key = record is null ? "" : stays ? made.TryGetValue(record.Value.Address, out var known) ? known : made[record.Value.Address] = await record.Value.Make(app) : await record.Value.Make(app);
                var path = Filled(route.Pattern, key);
                using var request = new HttpRequestMessage(new(route.Method), path);
                request.Content = route.Method is "POST" or "PUT" or "PATCH" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
                using var answer = await (route.IsApi ? api : browser).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
                asked++;
                var led = answer.Headers.Location is { } to ? new Uri(app.Address, to).AbsolutePath : null;
                var right = permissions is null ? (route.IsApi ? answer.StatusCode == HttpStatusCode.Unauthorized : led == "/sign-in")
                    : !route.Permissions.All(permissions.Contains) ? (answer.StatusCode == HttpStatusCode.Forbidden || led == "/no-permission")
                    : record is { } r && !r.Seers.Contains(person) ? IsAbsent(route, answer.StatusCode)
                    : IsOpen(route, answer.StatusCode, led);
                if (!right)
                {
                    wrong.Add($"{person ?? "nobody"}: {route.Method} {path} → {(int)answer.StatusCode} {led}");
                }
            }
        }

        Assert.True(asked > 200, $"Only {asked} requests.");
        Assert.Empty(wrong);
    }

    /// <summary>What is outside the scope looks absent; a body may be refused before anybody looks for the record.</summary>
    private static bool IsAbsent(Route route, HttpStatusCode status) =>
        status == HttpStatusCode.NotFound || (route.Method is "POST" or "PUT" or "PATCH" && status is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType);

    /// <remarks>A body of nothing may be refused, but not as forbidden; the record is there. A writer's form that a reader may look at leads a reader away.</remarks>
    private static bool IsOpen(Route route, HttpStatusCode status, string? led) =>
        (int)status < 500 && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && led != "/sign-in" && (led != "/no-permission" || route.Pattern.EndsWith("/new", StringComparison.Ordinal))
        && (route.Method != "GET" || (int)status < 400 || (status == HttpStatusCode.NotFound && (Empty.Contains(route.Address) || Value().Count(route.Pattern) > 1)));

    /// <summary>The first value is the record; the others are numbers that nobody has.</summary>
    private static string Filled(string pattern, string key)
    {
        var first = true;
        return Value().Replace(pattern, _ =>
        {
            var value = first ? key : "999999999";
            first = false;
            return value;
        });
    }

    private static async Task<string> Customer(CrmApp app)
    {
        var made = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = $"矩阵{Guid.NewGuid():N}" }, Ct));
        return made.TryGet(out var customer, out var refusal) ? Text(customer.Id) : throw new InvalidOperationException(refusal.Code);
    }

    /// <summary>Asked by n1 for a customer of its own; its signed-in people without customers do not see it.</summary>
    private static async Task<string> ApprovalOf(CrmApp app)
    {
        var (customer, other) = (long.Parse(await Customer(app), CultureInfo.InvariantCulture), await app.In(Actor.System("test"), db => db.Set<OrgUnit>().Where(u => u.Code == "S1").Select(u => u.Id).SingleAsync(Ct)));
        var made = await app.With<SubmitApproval, Result<Approval>>(await app.ActorOf("n1"), s => s.Run("customer.transfer", CustomerTransfer.Payload(customer, other), "矩阵", null, Ct));
        return made.TryGet(out var approval, out var refusal) ? Text(approval.Id) : throw new InvalidOperationException(refusal.Code);
    }

    /// <summary>Held by a person of n1, whom no head below the group gave anything.</summary>
    private static Task<string> GrantOf(CrmApp app) => app.In(Actor.System("test"), async db =>
    {
        var n1 = await db.Set<User>().SingleAsync(u => u.UserName == "n1", Ct);
        var grant = new AuthorityGrant { Action = AuthorityAction.Discount, Limit = 500, UnitId = n1.UnitId, UserId = n1.Id, FromOn = new(2026, 1, 1), GrantedAt = db.UtcNow, Why = "矩阵" };
        db.Add(grant);
        await db.SaveChangesAsync(Ct);
        return Text(grant.Id);
    });

    private static async Task<string> MergeOf(CrmApp app)
    {
        var (stays, goes) = (long.Parse(await Customer(app), CultureInfo.InvariantCulture), long.Parse(await Customer(app), CultureInfo.InvariantCulture));
        var made = await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(await app.ActorOf("n1"), m => m.Run(new() { SurvivorId = stays, LoserIds = [goes] }, Ct));
        return made.TryGet(out var merge, out var refusal) ? Text(merge.Id) : throw new InvalidOperationException(refusal.Code);
    }

    private static async Task<string> ContactMergeOf(CrmApp app)
    {
        var (n1, customer, people) = (await app.ActorOf("n1"), long.Parse(await Customer(app), CultureInfo.InvariantCulture), new List<long>());
        foreach (var name in new[] { "甲", "乙" })
        {
            var made = await app.With<SaveContact, Result<Contact>>(n1, s => s.Run(customer, null, null, new() { Name = name }, Ct));
            people.Add(made.TryGet(out var contact, out var wrong) ? contact.Id : throw new InvalidOperationException(wrong.Code));
        }

        var merged = await app.With<UniteContacts, Result<UniteContacts.Answer>>(n1, m => m.Run(new() { SurvivorId = people[0], LoserIds = [people[1]] }, Ct));
        return merged.TryGet(out var merge, out var refusal) ? Text(merge.Id) : throw new InvalidOperationException(refusal.Code);
    }

    private static async Task<string> BinnedCustomer(CrmApp app)
    {
        var id = await Customer(app);
        Assert.Null((await app.With<GetCustomer, Result<Customer>>(await app.ActorOf("n1"), g => g.Bin(long.Parse(id, CultureInfo.InvariantCulture), into: true, null, Ct))).Refusal);
        return id;
    }

    private static async Task<string> BinnedContact(CrmApp app)
    {
        var (customer, id) = await Person(app);
        Assert.Null((await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), g => g.Bin(customer, id, into: true, null, Ct))).Refusal);
        return Text(id);
    }

    private static async Task<(long Customer, long Id)> Person(CrmApp app)
    {
        var customer = long.Parse(await Customer(app), CultureInfo.InvariantCulture);
        var made = await app.With<SaveContact, Result<Contact>>(await app.ActorOf("n1"), s => s.Run(customer, null, null, new() { Name = "王矩阵" }, Ct));
        return made.TryGet(out var contact, out var refusal) ? (customer, contact.Id) : throw new InvalidOperationException(refusal.Code);
    }

    private static async Task<string> BinnedLine(CrmApp app)
    {
        var id = await Line(app);
        Assert.Null((await app.With<SaveWaybill, Result<long>>(await app.ActorOf("n1"), s => s.Delete(long.Parse(id, CultureInfo.InvariantCulture), null, Ct))).Refusal);
        return id;
    }

    private static async Task<string> WorkOf(CrmApp app, string list, string act)
    {
        var made = await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = list, Act = act, Ids = [999_999_999] }, Ct));
        return made.TryGet(out var job, out var refusal) ? Text(job.Id) : throw new InvalidOperationException(refusal.Code);
    }

    private static async Task<string> PairOf(CrmApp app)
    {
        var (one, other) = (long.Parse(await Customer(app), CultureInfo.InvariantCulture), long.Parse(await Customer(app), CultureInfo.InvariantCulture));
        return await app.In(Actor.System("test"), async db =>
        {
            var pair = new DuplicatePair { FirstId = one, SecondId = other, Score = 60, Reasons = "name", Fingerprint = "x", FoundAt = db.UtcNow };
            db.Add(pair);
            await db.SaveChangesAsync(Ct);
            return Text(pair.Id);
        });
    }

    private static async Task<string> ContactPairOf(CrmApp app)
    {
        var (one, other) = ((await Person(app)).Id, (await Person(app)).Id);
        return await app.In(Actor.System("test"), async db =>
        {
            var pair = new ContactPair { FirstId = one, SecondId = other, Score = 60, Reasons = "name", Fingerprint = "x", FoundAt = db.UtcNow };
            db.Add(pair);
            await db.SaveChangesAsync(Ct);
            return Text(pair.Id);
        });
    }

    private static async Task<string> WaybillPairOf(CrmApp app)
    {
        var (one, other) = (long.Parse(await Line(app), CultureInfo.InvariantCulture), long.Parse(await Line(app), CultureInfo.InvariantCulture));
        return await app.In(Actor.System("test"), async db =>
        {
            var customer = await db.Set<WaybillLine>().Where(w => w.Id == one).Select(w => w.CustomerId).SingleAsync(Ct);
            var pair = new WaybillPair { CustomerId = customer, FirstId = one, SecondId = other, Score = 60, Reasons = "weight,sources,day", Fingerprint = "x", FoundAt = db.UtcNow };
            db.Add(pair);
            await db.SaveChangesAsync(Ct);
            return Text(pair.Id);
        });
    }

    private static Task<string> Field(CrmApp app) => app.In(Actor.System("test"), async db =>
    {
        var field = new RailCrm.Platform.Fields.CustomField { List = "customers", Key = $"x_{Guid.NewGuid():N}"[..20], Name = "字段" };
        db.Add(field);
        await db.SaveChangesAsync(Ct);
        return Text(field.Id);
    });

    private static async Task<string> AttachmentOf(CrmApp app)
    {
        var customer = long.Parse(await Customer(app), CultureInfo.InvariantCulture);
        return await app.In(Actor.System("test"), async db =>
        {
            var file = new Attachment { CustomerId = customer, FileName = "合同.pdf", ContentType = "application/pdf", Sha256 = "00", CreatedAt = db.UtcNow };
            db.Add(file);
            await db.SaveChangesAsync(Ct);
            return Text(file.Id);
        });
    }

    private static Task<string> PoolOf(CrmApp app) => app.In(Actor.System("test"), async db => Text((await NewPool(db)).Id));

    private static async Task<Pool> NewPool(RailCrm.Platform.Data.CrmDb db)
    {
        var pool = new Pool { Name = Guid.NewGuid().ToString("N"), UnitId = await db.Set<User>().Where(u => u.UserName == "n1").Select(u => u.UnitId).SingleAsync(Ct), Version = 1 };
        db.Add(pool);
        await db.SaveChangesAsync(Ct);
        return pool;
    }

    private static async Task<string> StayOf(CrmApp app)
    {
        var customer = long.Parse(await Customer(app), CultureInfo.InvariantCulture);
        return await app.In(Actor.System("test"), async db =>
        {
            var pool = await NewPool(db);
            await db.Write(async () =>
            {
                await new PoolBook(db).Put([(customer, pool, PoolWhy.Hand)], null, Ct);
                return 0;
            }, Ct);
            return Text(await PoolBook.Open(db).Where(s => s.CustomerId == customer).Select(s => s.Id).SingleAsync(Ct));
        });
    }

    private static Task<string> HandoverOf(CrmApp app) => app.In(Actor.System("test"), async db =>
    {
        var (from, to) = (await db.Set<User>().SingleAsync(u => u.UserName == "n1", Ct), await db.Set<User>().Where(u => u.UserName == "data").Select(u => u.Id).SingleAsync(Ct));
        var handover = new Handover { Number = Guid.NewGuid().ToString("N")[..20], FromUserId = from.Id, UnitId = from.UnitId, CreatedAt = db.UtcNow, Parts = [new() { UserId = to }] };
        db.Add(handover);
        await db.SaveChangesAsync(Ct);
        return Text(handover.Id);
    });

    private static async Task<string> Line(CrmApp app)
    {
        using var api = await app.Api("n1");
        var customer = long.Parse(await Customer(app), CultureInfo.InvariantCulture);
        var name = await app.In(Actor.System("test"), db => db.Set<Customer>().Where(c => c.Id == customer).Select(c => c.Number).SingleAsync(Ct));
        var external = Guid.NewGuid().ToString("N");
        using var answer = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "matrix", items = new[] { new { externalNo = external, date = "2026-03-01", customer = name } } }, Ct);
        return await app.In(Actor.System("test"), async db => Text(await db.Set<WaybillLine>().Where(l => l.ExternalNo == external).Select(l => l.Id).SingleAsync(Ct)));
    }

    private static async Task<string> ImportOf(CrmApp app)
    {
        using var api = await app.Api("n1");
        using var form = new MultipartFormDataContent { { new StringContent("customers"), "kind" }, { new ByteArrayContent(Encoding.UTF8.GetBytes($"name\n矩阵{Guid.NewGuid():N}\n")), "file", "m.csv" } };
        using var answer = await api.PostAsync(new Uri("/api/v1/imports", UriKind.Relative), form, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return await app.In(Actor.System("test"), async db => Text(await db.Set<Import>().MaxAsync(i => i.Id, Ct)));
    }

    private static Task<string> Unit(CrmApp app) => app.In(Actor.System("test"), async db => Text(await db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct)));

    private static async Task<string> EmployeeOf(CrmApp app)
    {
        var unit = long.Parse(await Unit(app), CultureInfo.InvariantCulture);
        var made = await app.With<SaveEmployee, Result<Employee>>(Actor.System("test"), s => s.Run(null, null, new() { Number = Guid.NewGuid().ToString("N")[..20], Name = "王矩阵", UnitId = unit }, Ct));
        return made.TryGet(out var employee, out var refusal) ? Text(employee.Id) : throw new InvalidOperationException(refusal.Code);
    }

    private static Task<string> Station(CrmApp app) => app.In(Actor.System("test"), async db =>
    {
        if (await db.Set<Station>().Select(s => (long?)s.Id).FirstOrDefaultAsync(Ct) is { } known)
        {
            return Text(known);
        }

        var station = new Station { TelegraphCode = "GZD", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" };
        db.Add(station);
        await db.SaveChangesAsync(Ct);
        return Text(station.Id);
    });

    private static Task<string> SidingOf(CrmApp app) => app.In(Actor.System("test"), async db =>
    {
        var siding = new Siding { Name = $"专用线{Guid.NewGuid():N}", ConnectionStation = "高桥镇" };
        db.Add(siding);
        await db.SaveChangesAsync(Ct);
        return Text(siding.Id);
    });

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Value();
}
