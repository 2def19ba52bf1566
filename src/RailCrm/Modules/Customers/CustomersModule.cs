using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Files;
using RailCrm.Platform.Http;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Customers;

/// <summary>A tab on a customer's page that another module brings, at <c>/customers/{id}/{Path}</c>.</summary>
/// <param name="TextKey">Its name.</param>
/// <param name="Path">Its part of the address; empty for the record itself.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Order">Small comes first.</param>
/// <param name="Count">How much is there, told beside the name and before the customer is put into the bin; null where counting says nothing.</param>
public sealed record CustomerTab(string TextKey, string Path, string Permission, int Order, Func<CrmDb, long, CancellationToken, Task<int>>? Count = null);

/// <summary>A tab on a contact's page that another module brings, at <c>/customers/{id}/contacts/{contactId}/{Path}</c>.</summary>
/// <param name="TextKey">Its name.</param>
/// <param name="Path">Its part of the address.</param>
/// <param name="Permission">Who sees it.</param>
/// <param name="Count">How much is there.</param>
public sealed record ContactTab(string TextKey, string Path, string Permission, Func<CrmDb, long, CancellationToken, Task<int>> Count);

/// <summary>Something that can be done from a customer's page, that another module brings, at <c>/customers/{id}/{Path}</c>; offered to those who may change what is said of the customer.</summary>
/// <param name="TextKey">What it is called.</param>
/// <param name="Icon">One of the icons in Frontend/build.mjs.</param>
/// <param name="Path">Its part of the address.</param>
/// <param name="Permission">Who may.</param>
public sealed record CustomerAction(string TextKey, string Icon, string Path, string Permission);

/// <summary>A word beside a customer's name on each of its pages, that another module brings.</summary>
/// <param name="Said">What it says; null where it says nothing.</param>
public sealed record CustomerBadge(Func<CrmDb, long, CancellationToken, Task<string?>> Said);

/// <summary>What another module knows of a customer's past, for the history.</summary>
public interface ICustomerPast
{
    /// <summary>Its kind, one of the history's filters.</summary>
    string Kind { get; }

    /// <summary>What happened after <paramref name="after"/> and until <paramref name="until"/> (UTC), newest first. The customer is known to be seen.</summary>
    Task<IReadOnlyList<CustomerHistory.Happening>> Read(long customerId, DateTime after, DateTime until, CancellationToken ct);
}

internal static class CustomersModule
{
    /// <summary>An upload: files, and a little for the form around them.</summary>
    internal const long MostUpload = 4 * AttachmentStore.MostBytes;

    public static void Add(IServiceCollection services) => services
        .AddScoped<CustomerList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<CustomerList>())
        .AddScoped<ContactList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<ContactList>())
        .AddSingleton(new CustomTarget("customers", typeof(Customer), "customer.title", GroupCustomers.Carried))
        .AddSingleton(new CustomTarget("contacts", typeof(Contact), "contact.title"))
        .AddSingleton<ICustomReference, CustomerReference>()
        .AddSingleton<ICustomReference, CustomerFile>()
        .AddScoped<BinList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<BinList>())
        .AddScoped<ContactBinList>()
        .AddScoped<ListOf>(s => s.GetRequiredService<ContactBinList>())
        .AddScoped<RemoveCustomer>()
        .AddScoped<RemoveContact>()
        .AddScoped<ListCustomers>()
        .AddScoped<ExportCustomers>()
        .AddScoped<ListContacts>()
        .AddScoped<ExportContacts>()
        .AddScoped<WorkOnContacts>()
        .AddScoped<GetCustomer>()
        .AddScoped<SaveCustomer>()
        .AddHostedService<FoldCustomerSums>()
        .AddScoped<SaveContact>()
        .AddScoped<RevealFields>()
        .AddScoped<KeepAttachment>()
        .AddScoped<ChangeAttachment>()
        .AddScoped<FileQuotas>()
        .AddScoped<CustomerHistory>()
        .AddScoped<Reference.ISidingUsers, SidingUsers>()
        .AddScoped<RestoreValue>()
        .AddScoped<TellHistory>()
        .AddScoped<ListCustomerBin>()
        .AddScoped<ListContactBin>()
        .AddScoped<ListPairs>()
        .AddScoped<FindAlike>()
        .AddScoped<MergeCustomers>()
        .AddScoped<UndoMerge>()
        .AddScoped<ListMerges>()
        .AddScoped<ListContactPairs>()
        .AddScoped<UniteContacts>()
        .AddScoped<MoveContact>()
        .AddScoped<UndoContactMerge>()
        .AddScoped<ListContactMerges>()
        .AddMergeChildren()
        .AddSingleton(new JobHandler(SearchDuplicates.Job, SearchDuplicates.Run))
        .AddSingleton(new Schedule(SearchDuplicates.Job, HourOfDay: 4))
        .AddSingleton(new JobHandler(RenewLater.Kind, RenewLater.Run))
        .AddSingleton(new JobHandler(SearchContactDuplicates.Job, SearchContactDuplicates.Run))
        .AddSingleton(new Schedule(SearchContactDuplicates.Job, HourOfDay: 4))
        .AddSingleton<AttachmentStore>()
        .AddSingleton<IBlobs>(s => S3Blobs.From(s.GetRequiredService<IConfiguration>()) as IBlobs ?? new FolderBlobs(s.GetRequiredService<Platform.Settings>()))
        .AddSingleton(new JobHandler(SweepBlobs.Job, SweepBlobs.Run))
        .AddSingleton(new Schedule(SweepBlobs.Job, HourOfDay: 5))
        .AddSingleton(new MenuItem("files.quotas", "/settings/files", "paperclip", Permission.System, 92))
        .AddSingleton(new CustomerTab("customer.tab_record", "", Permission.CustomersRead, 10))
        .AddSingleton(new CustomerTab("contact.title", "contacts", Permission.CustomersRead, 40, (db, id, ct) => db.Set<Contact>().CountAsync(k => k.CustomerId == id, ct)))
        .AddSingleton(new CustomerTab("attachment.title", "attachments", Permission.CustomersRead, 50, (db, id, ct) => KeepAttachment.Count(db, RecordKind.Customer, id, ct)))
        .AddCustomerHanging()
        .AddSingleton(CustomerRecords.Customers)
        .AddSingleton(CustomerRecords.Contacts)
        .AddSingleton(new CustomerTab("note.title", "notes", Permission.CustomersRead, 45, (db, id, ct) => ListNotes.Count(db, RecordKind.Customer, id, ct)))
        .AddSingleton(new CustomerTab("customer.history", "history", Permission.CustomersRead, 60))
        .AddSingleton<IPaletteSource, CustomersSource>()
        .AddSingleton<IPaletteSource, ContactsSource>()
        .AddSingleton(new PaletteOffer("palette.create_customer", name => QueryHelpers.AddQueryString("/customers/quick", "name", name), Permission.CustomersWrite))
        .AddSingleton(new JobHandler(FillContactSearch.Kind, FillContactSearch.Run))
        .AddSingleton(new MenuItem("duplicates.title", "/customers/duplicates", "copy", Permission.CustomersRead, 14, MenuPlace.Page))
        .AddSingleton(new MenuItem("merge.all", "/customers/merges", "arrow-back-up", Permission.CustomersDelete, 15, MenuPlace.Page))
        .AddSingleton(new MenuItem("duplicates.contacts_title", "/contacts/duplicates", "copy", Permission.CustomersWrite, 16, MenuPlace.Page))
        .AddSingleton(new MenuItem("merge.contacts_all", "/contacts/merges", "arrow-back-up", Permission.CustomersWrite, 17, MenuPlace.Page))
        .AddSingleton(new MenuItem("bin.title", "/customers/bin", "trash", Permission.CustomersDelete, 12, MenuPlace.Page))
        .AddSingleton(new MenuItem("bin.contacts", "/contacts/bin", "trash", Permission.CustomersWrite, 13, MenuPlace.Page))
        .AddSingleton(new MenuItem("customer.title", "/customers", "building", Permission.CustomersRead, 10, Go: "c"))
        .AddSingleton(new MenuItem("contact.title", "/contacts", "user", Permission.CustomersRead, 11, Go: "l"))
        .AddSingleton(new MenuItem("customer.new", "/customers/new", "building", Permission.CustomersWrite, 10, MenuPlace.Create))
        .AddSingleton(new MenuItem("contact.new", "/contacts/new", "users", Permission.CustomersWrite, 15, MenuPlace.Create))
        .AddSingleton(new MenuItem("customer.quick", "/customers/quick", "plus", Permission.CustomersWrite, 11, MenuPlace.Create));

    /// <summary>How all that hangs on a customer goes along when two become one; fields first, then what takes a place of its own.</summary>
    private static IServiceCollection AddMergeChildren(this IServiceCollection services) => services
        .AddSingleton<ICustomerChildren, MergeContacts>()
        .AddSingleton<ICustomerChildren>(new MovingRows("attachments", "attachment.title", typeof(Attachment)))
        .AddSingleton<ICustomerChildren>(new MovingRows("attachment_versions", null, typeof(AttachmentVersion)))
        .AddSingleton<ICustomerChildren>(new MovingRows("notes", "note.title", typeof(Note)))
        .AddSingleton<ICustomerChildren>(new MovingRows("inbox", null, typeof(InboxLine)))
        .AddSingleton<ICustomerChildren>(new MovingRows("former_contacts", null, typeof(FormerContact)))
        .AddSingleton<ICustomerChildren, MergeMarks>()
        .AddSingleton<ICustomerChildren, MergeGrants>()
        .AddSingleton<ICustomerChildren>(new MovingRows("children", "customer.subsidiaries", typeof(Customer), nameof(Customer.ParentId)))
        .AddSingleton<ICustomerChildren>(new MovingRows("merged", "merge.earlier", typeof(Customer), nameof(Customer.MergedIntoId)))
        .AddSingleton<ICustomerChildren>(new MergeLists<Shareholder>("shareholders", "customer.shareholders", nameof(SaveCustomer.Input.Shareholders), s => s.Name))
        .AddSingleton<ICustomerChildren>(new MergeLists<CustomerProduct>("products", "customer.products", nameof(SaveCustomer.Input.Products), p => p.Name))
        .AddSingleton<ICustomerChildren>(new MergeLists<MainStation>("stations", "customer.main_stations", nameof(SaveCustomer.Input.MainStations), s => $"{s.Sending} {s.Station}"))
        .AddSingleton<ICustomerChildren>(new MergeLists<CustomerSiding>("sidings", "customer.sidings", nameof(SaveCustomer.Input.Sidings), s => $"{s.SidingId}", "siding_id"))
        // The past of one that goes stays its own; tags, keys and pairs are made from its fields; a merge names the one that stayed then.
        .AddSingleton<ICustomerChildren>(new StayingRows("stays", (typeof(AuditEntry), nameof(AuditEntry.CustomerId)), (typeof(CustomerTag), nameof(CustomerTag.CustomerId)), (typeof(CustomerKeys), nameof(CustomerKeys.CustomerId)),
            (typeof(DuplicatePair), nameof(DuplicatePair.FirstId)), (typeof(DuplicatePair), nameof(DuplicatePair.SecondId)), (typeof(CustomerMerge), nameof(CustomerMerge.SurvivorId))));

    public static void Map(IEndpointRouteBuilder api)
    {
        var customers = api.MapGroup("/customers").WithTags("Customers").AddEndpointFilter<MergedInto.Filter>();
        customers.MapGet("", ListCustomers.Get).RequireAuthorization(Permission.CustomersRead);
        customers.MapPost("", SaveCustomer.Post).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapGet("/duplicates", FindDuplicates.Get).RequireAuthorization(Permission.CustomersWrite);
        customers.MapGet("/duplicate-pairs", ListPairs.Get).RequireAuthorization(Permission.CustomersRead);
        customers.MapGet("/duplicate-pairs/job", ListPairs.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.CustomersRead);
        customers.MapPost("/merge", MergeCustomers.Post).RequireAuthorization(Permission.CustomersDelete, Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapPost("/merges/{id:long}/undo", UndoMerge.Post).RequireAuthorization(Permission.CustomersDelete, Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        customers.MapGet("/{id:long}", GetCustomer.Get).RequireAuthorization(Permission.CustomersRead);
        customers.MapPut("/{id:long}", SaveCustomer.Put).RequireAuthorization(Permission.CustomersWrite);
        customers.MapDelete("/{id:long}", GetCustomer.Delete).RequireAuthorization(Permission.CustomersDelete);
        customers.MapMark(RecordKind.Customer, RecordMark.Favourite, Permission.CustomersRead);
        customers.MapMark(RecordKind.Customer, RecordMark.Follow, Permission.CustomersRead);
        customers.MapMore();

        var contacts = api.MapGroup("/customers/{id:long}/contacts").WithTags("Contacts").AddEndpointFilter<MergedInto.Filter>().AddEndpointFilter<MergedContact.Filter>();
        contacts.MapGet("", SaveContact.GetAll).RequireAuthorization(Permission.CustomersRead);
        contacts.MapPost("", SaveContact.Post).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contacts.MapPut("/{contactId:long}", SaveContact.Put).RequireAuthorization(Permission.CustomersWrite);
        contacts.MapGet("/{contactId:long}", SaveContact.Get).RequireAuthorization(Permission.CustomersRead);
        contacts.MapGet("/{contactId:long}/card", ContactCard.Get).RequireAuthorization(Permission.CustomersRead);
        contacts.MapDelete("/{contactId:long}", SaveContact.Delete).RequireAuthorization(Permission.CustomersWrite);
        contacts.MapPost("/{contactId:long}/restore", SaveContact.PostRestore).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        contacts.MapContactMark(RecordMark.Favourite, Permission.CustomersRead);
        contacts.MapContactMark(RecordMark.Follow, Permission.CustomersRead);
        contacts.MapContactMore();
        api.MapGroup("/contacts").WithTags("Contacts").MapContactsMore();

        api.MapGet("/contacts/duplicates", FindContactDuplicates.Get).WithTags("Contacts").RequireAuthorization(Permission.CustomersWrite);
        api.MapGet("/contacts/duplicate-pairs", ListContactPairs.Get).WithTags("Contacts").RequireAuthorization(Permission.CustomersWrite);
        api.MapGet("/contacts/duplicate-pairs/job", ListContactPairs.GetJob).ExcludeFromDescription().RequireAuthorization(Permission.CustomersWrite);
        api.MapPost("/contacts/merge", UniteContacts.Post).WithTags("Contacts").RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapPost("/contacts/merges/{id:long}/undo", UndoContactMerge.Post).WithTags("Contacts").RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        api.MapGet("/contacts", ListContacts.Get).WithTags("Contacts").RequireAuthorization(Permission.CustomersRead);

        var attachments = api.MapGroup("/customers/{id:long}/attachments").WithTags("Attachments").AddEndpointFilter<MergedInto.Filter>();
        attachments.MapGet("", KeepAttachment.GetAll).RequireAuthorization(Permission.CustomersRead);
        attachments.MapPost("", KeepAttachment.Post).RequireAuthorization(Permission.CustomersWrite).WithMetadata(new RequestSizeLimitAttribute(MostUpload), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = MostUpload });
        attachments.MapGet("/{attachmentId:long}/content", FetchAttachment.GetContent).RequireAuthorization(Permission.CustomersRead);
        attachments.MapPut("/{attachmentId:long}", ChangeAttachment.Put).RequireAuthorization(Permission.CustomersWrite);
        attachments.MapGet("/{attachmentId:long}/versions", ChangeAttachment.GetVersions).RequireAuthorization(Permission.CustomersRead);
        attachments.MapGet("/{attachmentId:long}/versions/{revision:int}/content", FetchAttachment.GetVersion).RequireAuthorization(Permission.CustomersRead);
        attachments.MapPost("/{attachmentId:long}/versions/{revision:int}/current", ChangeAttachment.PostCurrent).RequireAuthorization(Permission.CustomersWrite);
        attachments.MapDelete("/{attachmentId:long}", KeepAttachment.Delete).RequireAuthorization(Permission.CustomersWrite);
        attachments.MapPost("/{attachmentId:long}/restore", KeepAttachment.PostRestore).RequireAuthorization(Permission.CustomersWrite);

        var notes = api.MapGroup("/customers/{id:long}/notes").WithTags("Notes").AddEndpointFilter<MergedInto.Filter>();
        notes.MapGet("", ListNotes.Get).RequireAuthorization(Permission.CustomersRead);
        notes.MapPost("", KeepNotes.Post).RequireAuthorization(Permission.CustomersWrite).AddEndpointFilter<IdempotencyFilter>();
        notes.MapPut("/{noteId:long}", KeepNotes.Put).RequireAuthorization(Permission.CustomersWrite);
        notes.MapDelete("/{noteId:long}", KeepNotes.Delete).RequireAuthorization(Permission.CustomersWrite);
        notes.MapPost("/{noteId:long}/restore", KeepNotes.PostRestore).RequireAuthorization(Permission.CustomersWrite);

        var lookup = api.MapGroup("/lookup").ExcludeFromDescription();
        lookup.MapGet("/customers", Lookups.Customers).RequireAuthorization(Permission.CustomersRead);
        lookup.MapGet("/contacts", Lookups.Contacts).RequireAuthorization(Permission.CustomersRead);
        lookup.MapGet("/files", Lookups.Files).RequireAuthorization(Permission.CustomersRead);
        lookup.MapGet("/managers", AccountManagers.Get).RequireAuthorization(Permission.CustomersRead);
        lookup.MapGet("/sidings", Lookups.Sidings).RequireAuthorization(Permission.CustomersRead);
        lookup.MapGet("/tags", TagLookup.Get).RequireAuthorization(Permission.CustomersRead);
    }

    /// <summary>Downloads of the list, by POST, so that no link that is merely followed takes a list away; and the upload of the attachments page, which checks the form's token itself, so that a file too long is said in words.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        app.MapPost("/customers/export", ExportCustomers.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead, Permission.Export).ExcludeFromDescription();
        app.MapPost("/contacts/export", ExportContacts.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead, Permission.Export).ExcludeFromDescription();
        app.MapGet("/contacts/{id:long}", async (long id, HttpContext http, CrmDb db, CancellationToken ct) => await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(k => k.Id == id).Select(k => (long?)k.CustomerId).SingleOrDefaultAsync(ct) is { } customer
            ? Microsoft.AspNetCore.Http.Results.LocalRedirect($"/customers/{customer}/contacts/{id}{http.Request.QueryString}")
            : await MergedContact.Of(db, id, ct) is { } survivor ? Microsoft.AspNetCore.Http.Results.LocalRedirect($"/customers/{survivor.CustomerId}/contacts/{survivor.Id}{http.Request.QueryString}")
            : Microsoft.AspNetCore.Http.Results.NotFound()).RequireAuthorization(Permission.CustomersRead).ExcludeFromDescription();
        app.MapGet("/attachments/{id:long}", async (long id, CrmDb db, CancellationToken ct) => await db.Set<Attachment>().Where(a => a.Id == id).Select(a => (long?)a.CustomerId).SingleOrDefaultAsync(ct) is { } customer
            ? Microsoft.AspNetCore.Http.Results.LocalRedirect($"/api/v1/customers/{customer}/attachments/{id}/content") : Microsoft.AspNetCore.Http.Results.NotFound()).RequireAuthorization(Permission.CustomersRead).ExcludeFromDescription();
        app.MapGet("/customers/{id:long}/attachments/{attachmentId:long}/preview", FetchAttachment.GetPreview).RequireAuthorization(Permission.CustomersRead).ExcludeFromDescription();
        app.MapPost("/customers/{id:long}/attachments/files", UploadFiles.Post).DisableAntiforgery().RequireAuthorization(Permission.CustomersWrite).ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MostUpload), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = MostUpload });
    }
}
