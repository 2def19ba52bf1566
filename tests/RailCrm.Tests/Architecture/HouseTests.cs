using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using RailCrm.Modules;
using RailCrm.Platform;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Tests.Architecture
{
    /// <summary>The rules of the house, read from the compiled IL. Each first proves that it looks at something, and catches a breach planted below.</summary>
    public sealed partial class HouseTests
    {
        /// <summary>Entities without a customer, each for a reason: the organisation, reference data and the platform's own are seen by their permissions.</summary>
        private static readonly string[] Unscoped =
        [
            "AuditEntry", "ApiToken", "ContactMerge", "ContactPair", "CustomField", "CustomOption", "CustomerGrant", "CustomerMerge", "CustomerSum", "CustomerTag", "DuplicatePair", "MergeRow", "DataProtectionKey", "Employee", "FiguresDue", "IdempotencyKey", "Import", "Job", "Lane", "ListChoice", "OpenedRecord", "OrgUnit", "OwnerCount", "OwnerMonth", "RememberedMapping", "Role", "RolePermission", "SavedView", "DemoRow", "DocumentTemplate",
            "AwayRecord", "ScopeCustomer", "ScopeGrant", "ScopeUnit", "Station", "TierRule", "User", "Session", "ScheduledSlot", "Siding", "Holiday", "WorkRow", "ImportEdit", "ImportedRow", "FileQuota", "ManagerRule", "Handover", "HandoverPart", "HandoverItem",
            "Pool", "PoolView", "ManagerMonth", "TargetPlan", "ResultRule",
            "AuditErasure", "AuditSeal", "ClaimMapping", "Passkey", "PersonalRule", "RecoveryCode", "SecondFactor", "SecurityPolicy",
            "CareRule", "CareTold", "AuthorityGrant", "ApprovalCopy", "ApprovalDeputy", "ApprovalDocument", "ApprovalEvent", "ApprovalStep", "ApprovalTemplate",
        ];

        /// <summary>Classes that look past the scope, each in one named place.</summary>
        private static readonly string[] PastTheScope = ["FindDuplicates", "WaybillLedger", "FactLedger", "RecordWaybills", "ClassifyCustomers", "ListTierChanges", "GetCustomer", "CustomColumn", "CustomChoices", "Completeness", "KeepAttachment", "SaveContact", "BinList", "ListCustomerBin", "ListContactBin", "BinnedWaybill", "RemoveCustomer", "RemoveContact", "WorkOnWaybills", "Way", "GroupCustomers", "GroupWaybills", "ContactList", "ContactAsks", "WorkOnContacts", "CustomersModule", "WorkOnCustomers", "CustomerAsks", "ListField", "ListOf", "ListWaybills", "WaybillList", "WaybillWay", "WaybillsPage", "GetWaybill", "SaveWaybill", "CustomerTaker", "CustomerHistory", "SaveCustomer", "MergedInto", "RenewPairs", "ListMerges", "MergeCustomers", "MergeContacts", "MergeLists", "MergeTiers", "UndoMerge", "WaybillsSource", "ContactsSource", "FillContactSearch", "KeepNotes", "MergeMarks", "FileQuotas", "SweepBlobs", "Ownership", "WaybillUndo", "CustomerUndo", "ContactUndo", "LineSight", "Brought", "RenewContactPairs", "MergedContact", "UniteContacts", "FormerContact", "MoveContact", "HistoryList", "ListContactMerges", "UndoContactMerge", "MergeWaybillPairs", "WaybillPairsFound", "ListWaybillPairs", "ApprovalFiles", "ApprovalFlow", "ApprovalsSource", "SubmitApproval", "GetApproval", "ListApprovals", "ReadInbox", "ManagerBook", "ManagersPart", "MergeManagers", "FollowMoves", "HandResponsibilities", "ProposeHandover", "HandApprovals", "PoolBook", "HandoverPools", "FollowPool", "MergePools", "CustomerTierByHand", "ClaimCustomer", "SavePool", "LookAtPooled", "CheckManagers", "SidingUsers", "ShowUnitResults", "ShowResults", "ExplainSight", "ErasePerson", "ErasedWords", "DueErasures", "KeptPhones", "PersonalNight"];

        private static CancellationToken Ct => TestContext.Current.CancellationToken;

        private static ModuleDefinition Read(Assembly assembly) => ModuleDefinition.ReadModule(assembly.Location);

        private static IEnumerable<(TypeDefinition From, TypeReference To)> Uses(ModuleDefinition module, Func<string, bool> looked) =>
            from type in module.GetTypes()
            where looked(type.FullName)
            from to in References(type)
            select (type, to);

        private static IEnumerable<TypeReference> References(TypeDefinition type)
        {
            var found = type.Fields.Select(f => f.FieldType).Concat(type.Methods.SelectMany(m => m.Parameters.Select(p => p.ParameterType).Append(m.ReturnType)));
            foreach (var instruction in type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions))
            {
                found = instruction.Operand switch
                {
                    TypeReference t => found.Append(t),
                    MethodReference m => found.Append(m.DeclaringType),
                    FieldReference f => found.Append(f.DeclaringType),
                    _ => found,
                };
            }

            return found.SelectMany(Parts);
        }

        private static IEnumerable<TypeReference> Parts(TypeReference type) =>
            type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType) : [type.GetElementType()];

        private static string? ModuleOf(string fullName) => ModuleName().Match(fullName) is { Success: true } m ? m.Groups[1].Value : null;

        private static List<string> OrderBreaches(ModuleDefinition module) =>
        [
            .. from use in Uses(module, n => ModuleOf(n) is not null)
               let below = Array.IndexOf(ModuleOrder.Names, ModuleOf(use.From.FullName))
               let to = ModuleOf(use.To.FullName)
               where to is not null && Array.IndexOf(ModuleOrder.Names, to) > below
               select $"{use.From.FullName} → {use.To.FullName}",
        ];

        private static List<string> KernelBreaches(ModuleDefinition module) =>
        [
            .. from use in Uses(module, n => n.Contains(".Kernel.", StringComparison.Ordinal))
               where use.To.FullName.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) || use.To.FullName.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
               select $"{use.From.FullName} → {use.To.FullName}",
        ];

        [Fact]
        public void A_module_uses_only_modules_above_its_line()
        {
            using var product = Read(typeof(WebHost).Assembly);
            Assert.True(Uses(product, n => ModuleOf(n) is not null).Count(u => ModuleOf(u.To.FullName) is { } to && to != ModuleOf(u.From.FullName)) > 100);

            Assert.Empty(OrderBreaches(product));

            using var tests = Read(typeof(HouseTests).Assembly);
            Assert.Contains(OrderBreaches(tests), b => b.Contains("BreaksTheOrder", StringComparison.Ordinal));
        }

        [Fact]
        public void Every_test_that_the_requirements_name_exists()
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(root.FullName, "RailCrm.slnx")))
            {
                root = root.Parent!;
            }

            var named = Regex.Matches(File.ReadAllText(Path.Combine(root.FullName, "docs", "requirements.md")), @"`(\w+Tests)\.(\w+)`").Select(m => (Class: m.Groups[1].Value, Test: m.Groups[2].Value)).ToList();
            Assert.True(named.Count > 30);
            var types = typeof(CrmApp).Assembly.GetTypes().ToLookup(t => t.Name);
            var missing = named.FindAll(n => !types[n.Class].Any(t => t.GetMethod(n.Test) is not null));
            Assert.Empty(missing);
        }

        [Fact]
        public void The_kernel_knows_neither_the_database_nor_the_web()
        {
            using var product = Read(typeof(WebHost).Assembly);
            Assert.True(Uses(product, n => n.StartsWith("RailCrm.Kernel.", StringComparison.Ordinal)).Count() > 100);

            Assert.Empty(KernelBreaches(product));

            using var tests = Read(typeof(HouseTests).Assembly);
            Assert.Contains(KernelBreaches(tests), b => b.Contains("KnowsTheDatabase", StringComparison.Ordinal));
        }

        [Fact]
        public void Every_module_stands_in_the_order()
        {
            var modules = typeof(WebHost).Assembly.GetTypes().Select(t => ModuleOf(t.FullName ?? "")).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();

            Assert.Equal(ModuleOrder.Names.Order(StringComparer.Ordinal), modules);
        }

        [Fact]
        public async Task Every_entity_is_scoped_or_listed()
        {
            await using var app = await CrmApp.Start(Engine.Sqlite);
            var south = await app.ActorOf("s1");

            var open = await app.In(south, db => Task.FromResult(db.Model.GetEntityTypes().Where(e => !e.ClrType.Name.StartsWith("Identity", StringComparison.Ordinal) && !e.GetDeclaredQueryFilters().Any(f => f.Key == CrmDb.ScopeFilter)).Select(e => e.ClrType.Name).Order(StringComparer.Ordinal).ToList()));

            Assert.Contains("OrgUnit", open);
            Assert.DoesNotContain("Customer", open);
            Assert.Empty(open.Except(Unscoped));
        }

        [Fact]
        public async Task Every_route_asks_for_a_permission_or_is_listed_as_open()
        {
            string[] open = ["/health/live", "/health/ready", "/language", "/sign-in", "/sign-in/second", "/sign-in/passkey", "/sign-in/oidc", "/set-up", "/error", "/status/{Code:int}", "/no-permission", "/api/docs/scalar.js", "/api/docs/scalar.aspnetcore.js", "/api/docs/favicon.svg"];
            await using var app = await CrmApp.Start(Engine.Sqlite);
            var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
            Assert.True(routes.Count > 30);

            var anonymous = routes.Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(r => "/" + r.RoutePattern.RawText!.TrimStart('/')).Where(r => !r.StartsWith("/dist/", StringComparison.Ordinal) && !r.StartsWith("/favicon", StringComparison.Ordinal)).Distinct().ToList();

            Assert.Contains("/sign-in", anonymous);
            var unlisted = anonymous.Except(open, StringComparer.OrdinalIgnoreCase).Where(r => !r.StartsWith("/_framework", StringComparison.Ordinal)).ToList();
            Assert.Empty(unlisted);
        }

        [Fact]
        public async Task A_stranger_gets_nothing_from_any_api_route()
        {
            await using var app = await CrmApp.Start(Engine.Sqlite);
            using var stranger = new HttpClient { BaseAddress = app.Address };
            var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(r => r.RoutePattern.RawText!.TrimStart('/').StartsWith("api/v1", StringComparison.Ordinal)).ToList();
            Assert.True(routes.Count > 15);

            foreach (var route in routes)
            {
                using var request = new HttpRequestMessage(new(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]), RouteValue().Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "1"));
                using var answer = await stranger.SendAsync(request, Ct);
                Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Unauthorized, $"{request.Method} {request.RequestUri}: {answer.StatusCode}");
            }
        }

        [Fact]
        public void Every_text_says_something_in_both_languages()
        {
            Assert.True(Texts.Keys.Count > 200);
            Assert.All(Texts.Keys, k =>
            {
                var both = Texts.Both(k);
                Assert.All(both, t => Assert.False(string.IsNullOrWhiteSpace(t), k));
                Assert.Equal(Placeholder().Matches(both[0]).Select(m => m.Value).Distinct().Order(), Placeholder().Matches(both[1]).Select(m => m.Value).Distinct().Order());
            });
        }

        [Fact]
        public void Every_text_key_a_program_names_exists()
        {
            using var product = Read(typeof(WebHost).Assembly);
            var prefixes = Texts.Keys.Select(k => k[..(k.IndexOf('.', StringComparison.Ordinal) + 1)]).Where(p => p.Length > 1).ToHashSet();
            var named = product.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).Where(i => i.OpCode == OpCodes.Ldstr).Select(i => (string)i.Operand)
                .Where(s => Key().IsMatch(s) && prefixes.Any(p => s.StartsWith(p, StringComparison.Ordinal))).Distinct().ToList();
            Assert.True(named.Count > 100);

            var missing = named.Except(Texts.Keys).Except(Permission.All).Where(k => !k.EndsWith(".csv", StringComparison.Ordinal) && !k.EndsWith('_')).ToList(); // One that ends in _ is the beginning of several.
            Assert.Empty(missing);
        }

        /// <remarks>Keys that are put together from a value of the program, which the test above cannot see.</remarks>
        [Fact]
        public async Task Every_permission_and_every_kind_of_job_has_its_text()
        {
            await using var app = await CrmApp.Start(Engine.Sqlite);
            var kinds = app.Services.GetServices<RailCrm.Platform.Jobs.JobHandler>().Select(h => $"jobs.kind_{h.Kind.Replace('-', '_')}").ToList();
            Assert.True(kinds.Count > 3);

            Assert.Empty(Permission.Grantable.Select(p => $"permission.{p}").Concat(kinds).Except(Texts.Keys));
        }

        [Fact]
        public void Only_listed_classes_look_past_a_filter()
        {
            using var product = Read(typeof(WebHost).Assembly);
            var callers = product.GetTypes().Where(t => t.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).Any(i => i.Operand is MethodReference { Name: "IgnoreQueryFilters" }))
                .Select(t => t.FullName).Select(n => Array.Find(PastTheScope, p => n.Contains(p, StringComparison.Ordinal)) ?? n).Distinct().ToList();
            Assert.Contains("FindDuplicates", callers);

            Assert.Empty(callers.Except(PastTheScope));
        }

        [GeneratedRegex(@"^RailCrm\.(?:Tests\.Planted\.)?Modules\.([A-Za-z]+)\.")]
        private static partial Regex ModuleName();

        [GeneratedRegex(@"\{[^}]*\}")]
        private static partial Regex RouteValue();

        [GeneratedRegex(@"\{\d")]
        private static partial Regex Placeholder();

        [GeneratedRegex(@"^[a-z]+(\.[a-z_A-Z0-9]+)+$")]
        private static partial Regex Key();
    }
}

namespace RailCrm.Tests.Planted.Modules.Organization
{
    /// <summary>A breach on purpose: the lowest module uses a higher one.</summary>
    internal sealed class BreaksTheOrder
    {
        public RailCrm.Modules.Customers.Customer? Customer { get; set; }
    }
}

namespace RailCrm.Tests.Planted.Kernel.Inner
{
    /// <summary>A breach on purpose: something of the kernel holds a database.</summary>
    internal sealed class KnowsTheDatabase
    {
        public DbContext? Db { get; set; }
    }
}
