using Microsoft.AspNetCore.Mvc;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Approvals;

/// <summary>What an inbox line tells of an approval; its text is <c>inbox.kind_…</c>.</summary>
internal static class Told
{
    public const string Asked = "approval_ask";
    public const string Granted = "approval_granted";
    public const string Refused = "approval_refused";
    public const string Returned = "approval_returned";
    public const string Reminded = "approval_remind";
    public const string Copied = "approval_copy";
}

internal static class ApprovalsModule
{
    /// <summary>An approval as a record that inbox lines name.</summary>
    public const string Record = "approval";

    private const string Shown = """
        { "id": 7, "number": "SP-0000007", "kind": "customer.transfer", "kindName": "客户移交", "state": "pending", "title": "KH-0000012 甲公司", "recordKind": "customer", "customerId": 12, "unit": "北方网点", "amountFen": null,
          "lines": [ { "label": "所属单位", "before": "北方网点", "after": "南方网点" } ], "reason": "客户迁址", "applicant": "王伟", "submittedAt": "2026-04-01T01:00:00Z", "closedAt": null, "node": 1, "nodes": 1, "round": 1, "canDecide": false, "canWithdraw": true,
          "steps": [ { "id": 9, "round": 1, "node": 1, "added": false, "approver": "李娜", "insteadOf": null, "state": "pending", "comment": null, "askedAt": "2026-04-01T01:00:00Z", "decidedAt": null, "dueAt": "2026-04-07T01:00:00Z" } ],
          "events": [ { "at": "2026-04-01T01:00:00Z", "actor": "王伟", "insteadOf": null, "action": "submitted", "node": null, "target": null, "comment": "客户迁址" } ], "version": 1 }
        """;

    private const string Listed = """
        { "items": [ { "id": 7, "number": "SP-0000007", "kind": "customer.transfer", "kindName": "客户移交", "title": "KH-0000012 甲公司", "applicant": "王伟", "state": "pending", "amountFen": null, "submittedAt": "2026-04-01T01:00:00Z", "stepId": 9, "dueAt": "2026-04-07T01:00:00Z" } ], "nextCursor": null }
        """;

    private const string Papers = """
        { "items": [ { "id": 3, "fileName": "报价.pdf", "contentType": "application/pdf", "sizeBytes": 52113, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "createdAt": "2026-04-01T01:05:00Z", "by": "王伟", "canRemove": true } ], "nextCursor": null }
        """;

    private static readonly object[] MostSent = [new RequestSizeLimitAttribute(CustomersModule.MostUpload), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = CustomersModule.MostUpload }];

    public static void Add(IServiceCollection services) => services
        .AddScoped<ApprovalKinds>()
        .AddScoped<Deciders>()
        .AddScoped<ApprovalFlow>()
        .AddScoped<ApprovalDesk>()
        .AddScoped(s => new SubmitApproval(s.GetRequiredService<CrmDb>(), s.GetRequiredService<ApprovalKinds>(), s.GetRequiredService<ApprovalFlow>()))
        .AddScoped<DecideApproval>()
        .AddScoped<PassOnStep>()
        .AddScoped<WithdrawApproval>()
        .AddScoped<KeepDocuments>()
        .AddSingleton<IKeepsFiles, ApprovalFiles>()
        .AddSingleton<IPaletteSource, ApprovalsSource>()
        .AddScoped<GetApproval>()
        .AddScoped<ListApprovals>()
        .AddScoped<SetDeputy>()
        .AddScoped<SaveTemplate>()
        .AddScoped<ChaseApprovals>()
        .AddScoped<IApprovalKind, CustomerTransfer>()
        .AddScoped<IApprovalKind, CustomerTerms>()
        .AddScoped<IHandsOver, HandApprovals>()
        .AddSingleton<ICustomerChildren, MergeApprovals>()
        .AddSingleton(GetApproval.Record)
        .AddSingleton(new JobHandler(ChaseApprovals.Job, async (work, _, ct) => ChaseApprovals.Said(await work.GetRequiredService<ChaseApprovals>().Run(ct))))
        .AddSingleton(new Schedule(ChaseApprovals.Job, HourOfDay: 7, Hourly: true))
        .AddSingleton(new CustomerTab("approval.title", "approvals", Permission.CustomersRead, 55, ListApprovals.Open))
        .AddSingleton(new CustomerAction("approval.ask_transfer", "arrows-exchange", "transfer", Permission.CustomersWrite))
        .AddSingleton(new CustomerAction("approval.ask_terms", "certificate", "terms", Permission.CustomersWrite))
        .AddSingleton(new TopCount("approval.title", "approval.waiting", "/approvals", "clipboard-check", Permission.SignedIn, ListApprovals.MostCounted, (work, ct) => work.GetRequiredService<ListApprovals>().Waiting(ct)))
        .AddSingleton(new MenuItem("approval.title", "/approvals", "clipboard-check", Permission.SignedIn, 6, Go: "e"))
        .AddSingleton(new MenuItem("approval.leave", "/approvals/leave", "calendar-event", Permission.SignedIn, 7, MenuPlace.Page))
        .AddSingleton(new MenuItem("approval.templates", "/settings/approvals", "route", Permission.OrganizationWrite, 86));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/lookup/group-units", CustomerTransfer.Units).ExcludeFromDescription().RequireAuthorization(Permission.CustomersWrite);
        var approvals = api.MapGroup("/approvals").WithTags("Approvals");
        approvals.MapGet("", ListApprovals.Get).WithSummary("The caller's approvals: todo (to be decided), mine (asked for), done (decided) or copies.").Gives<Listing<ListApprovals.Item>>(Listed).RequireAuthorization(Permission.SignedIn);
        approvals.MapPost("", SubmitApproval.Post).WithSummary("Asks for something that needs approval. A kind says what its payload holds: customer.transfer takes customerId and unitId; customer.terms takes customerId, action, amount (fen, hundredths of a percent or days) and until, and is decided by the lowest level whose authority covers it; customer.tier takes customerId, tier (null for the rule's) and until.").Takes("""{ "kind": "customer.transfer", "payload": { "customerId": 12, "unitId": 5 }, "reason": "客户迁址" }""").Gives<GetApproval.Answer>(Shown, StatusCodes.Status201Created).RequireAuthorization(Permission.SignedIn).AddEndpointFilter<ReadersFilter>().AddEndpointFilter<IdempotencyFilter>();
        approvals.MapGet("/{id:long}", GetApproval.Get).WithSummary("An approval with its steps and its trail, for whoever sees its customer or takes part.").Gives<GetApproval.Answer>(Shown).RequireAuthorization(Permission.SignedIn);
        approvals.MapPost("/{id:long}/decide", DecideApproval.Post).WithSummary("Decides the caller's open step: approve, refuse or return, the last to the applicant or to a node before. Refused with 409 where nothing is asked of the caller, or no longer; If-Match may name the version seen.").Takes("""{ "decision": "return", "comment": "请说明原因", "toNode": null }""").Gives<GetApproval.Answer>(Shown).RequireAuthorization(Permission.SignedIn).AddEndpointFilter<ApprovalDesk.Filter>().AddEndpointFilter<IdempotencyFilter>();
        approvals.MapPost("/{id:long}/withdraw", WithdrawApproval.Post).WithSummary("Takes back what the caller asked for and nobody has decided.").Takes("""{ "comment": "不需要了" }""").Gives<GetApproval.Answer>(Shown).RequireAuthorization(Permission.SignedIn).AddEndpointFilter<ApprovalDesk.Filter>().AddEndpointFilter<IdempotencyFilter>();
        approvals.MapGet("/{id:long}/documents", KeepDocuments.GetAll).WithSummary("The documents that lie beside an approval, for whoever sees it.").Gives<Listing<DocumentShown>>(Papers).RequireAuthorization(Permission.SignedIn);
        approvals.MapGet("/{id:long}/documents/{documentId:long}/content", KeepDocuments.GetContent).WithSummary("The bytes of a document.").RequireAuthorization(Permission.SignedIn);
        approvals.MapPost("/{id:long}/documents", KeepDocuments.Post).WithSummary("Brings a document, a file in the field file: the applicant and whoever is or was asked, while the approval is open. The same bytes under the same name are one document.").Gives<Listing<DocumentShown>>(Papers).RequireAuthorization(Permission.SignedIn).AddEndpointFilter<ApprovalDesk.Filter>().WithMetadata(MostSent);
        approvals.MapDelete("/{id:long}/documents/{documentId:long}", KeepDocuments.Delete).WithSummary("Takes away a document that the caller brought, while nobody has decided since.").Gives<Listing<DocumentShown>>(Papers).RequireAuthorization(Permission.SignedIn).AddEndpointFilter<ApprovalDesk.Filter>();
    }

    /// <summary>The upload of the page, which checks the form's token itself, so that a file too long is said in words.</summary>
    public static void MapPages(IEndpointRouteBuilder app) => app.MapPost("/approvals/{id:long}/documents/files", KeepDocuments.PostForm).DisableAntiforgery().RequireAuthorization(Permission.SignedIn).ExcludeFromDescription().WithMetadata(MostSent);
}
