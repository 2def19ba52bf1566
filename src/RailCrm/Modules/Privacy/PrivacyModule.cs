using Microsoft.AspNetCore.Antiforgery;
using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Privacy;

internal static class PrivacyModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<KeepTraits>()
        .AddScoped<TakePerson>()
        .AddScoped<ErasedWords>()
        .AddScoped<ErasePerson>()
        .AddScoped<DueErasures>()
        .AddSingleton(PersonalNight.Record)
        .AddSingleton<ICustomerChildren>(new MovingRows("personal_traits", null, typeof(PersonalTrait)))
        .AddSingleton(new ContactTab("personal.tab", "personal", Permission.ContactsPersonal, (db, id, ct) => db.Set<PersonalTrait>().CountAsync(t => t.RecordKind == RecordKind.Contact && t.RecordId == id, ct)))
        .AddSingleton(new JobHandler(PersonalNight.Kind, PersonalNight.Run))
        .AddSingleton(new Schedule(PersonalNight.Kind, HourOfDay: 3))
        .AddSingleton(new MenuItem("personal.due_title", "/contacts/erasures", "trash", Permission.ContactsErase, 18, MenuPlace.Page));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/customers/{id:long}/contacts/{contactId:long}/person", TakePerson.Post).WithTags("Contacts").AddEndpointFilter<MergedInto.Filter>().AddEndpointFilter<MergedContact.Filter>()
            .WithSummary("All that is kept on the person, as JSON or with format text to read; for a reason, recorded each time.").RequireAuthorization(Permission.CustomersRead, Permission.ContactsPersonal);

    /// <summary>A person's data leave by POST, so that no link that is merely followed takes them away.</summary>
    public static void MapPages(IEndpointRouteBuilder app) =>
        app.MapPost("/customers/{id:long}/contacts/{contactId:long}/person", TakePerson.Form).WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead, Permission.ContactsPersonal).ExcludeFromDescription();
}
