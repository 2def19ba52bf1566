using RailCrm.Platform.Access;
using RailCrm.Platform.Inbox;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Ui;

namespace RailCrm.Platform.Records;

/// <summary>What people hang on records of every kind: notes, marks, and the inbox that tells of them.</summary>
internal static class RecordsPlatform
{
    public static IServiceCollection AddRecords(this IServiceCollection services) => services
        .AddSingleton<RecordKinds>()
        .AddScoped<Seers>()
        .AddScoped<KeepMarks>()
        .AddScoped<ListMarks>()
        .AddScoped<MarkRows>()
        .AddScoped<KeepNotes>()
        .AddScoped<ListNotes>()
        .AddScoped<ReadInbox>()
        .AddSingleton(new MenuItem("inbox.title", "/inbox", "bell", Permission.SignedIn, 5, MenuPlace.Page));

    /// <param name="app">The root, for what serves pages and is no page.</param>
    public static void MapRecordForms(this IEndpointRouteBuilder app) =>
        app.MapPost("/marks", KeepMarks.Post).WithMetadata(new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.CustomersRead).ExcludeFromDescription();

    /// <param name="api">The group <c>/api/v1</c>.</param>
    public static void MapRecords(this IEndpointRouteBuilder api)
    {
        api.MapGet("/lookup/people", Seers.Get).ExcludeFromDescription().RequireAuthorization(Permission.CustomersRead);
        api.MapPost("/inbox/{id:long}/read", ReadInbox.PostRead).WithTags("Inbox").RequireAuthorization(Permission.SignedIn);
        api.MapGet("/favourites", ListMarks.GetFavourites).WithTags("Marks").RequireAuthorization(Permission.CustomersRead);
        api.MapGet("/following", ListMarks.GetFollowing).WithTags("Marks").RequireAuthorization(Permission.CustomersRead);
        api.MapGet("/inbox", ReadInbox.Get).WithTags("Inbox").RequireAuthorization(Permission.SignedIn);
    }
}
