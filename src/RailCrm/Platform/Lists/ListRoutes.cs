using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Ui;
using RailCrm.Platform.Ui.Lists;

namespace RailCrm.Platform.Lists;

/// <summary>What the forms around a list post: views kept and chosen, columns, and work on many rows.</summary>
internal static class ListRoutes
{
    public static IServiceCollection AddLists(this IServiceCollection services) => services.AddScoped<SavedViews>().AddScoped<AskedView>().AddScoped<GroupRows>().AddScoped<Dependants>().AddScoped<WorkOnRows>().AddScoped<OrderWork>().AddScoped<ExportSeen>().AddScoped<ExportGroups>().AddScoped<ExportWork>().AddSingleton(new MenuItem("list.works_mine", "/lists/work", "list-check", Permission.SignedIn, 3, MenuPlace.Account)).AddScoped<Ui.Palette.IPaletteSource, Ui.Lists.ViewsSource>().AddSingleton(new Jobs.JobHandler(WorkOnRows.Kind, WorkOnRows.Run)).AddSingleton(new Jobs.JobHandler(ExportWork.Kind, ExportWork.Run));

    public static void MapLists(this IEndpointRouteBuilder app)
    {
        var lists = app.MapGroup("/lists/{list}").WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        lists.MapPost("/views/{view}", ChangeView);
        lists.MapPost("/columns", Columns);
        lists.MapPost("/export", TakeAway.Seen).RequireAuthorization(Permission.Export);
        lists.MapPost("/export/{job:long}/file", TakeAway.Fetch).RequireAuthorization(Permission.Export);
        lists.MapPost("/rows/{id:long}", EditRow);
        lists.MapPost("/rows/{id:long}/{act}", WorkOnRow.Post);
        app.MapPost("/jobs/{id:long}/stop", Jobs.StopJob.Post).WithMetadata(new RequireAntiforgeryTokenAttribute()).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapGet("/lists/{list}/export/{job:long}/state", TakeAway.State).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
        app.MapGet("/lists/{list}/work/{job:long}/state", WorkState).RequireAuthorization(Permission.SignedIn).ExcludeFromDescription();
    }

    /// <summary>A list that the actor may see.</summary>
    internal static ListOf? Seen(HttpContext http, string list)
    {
        var actor = http.RequestServices.GetRequiredService<CurrentActor>().Actor;
        return http.RequestServices.GetServices<ListOf>().FirstOrDefault(l => l.Key == list && actor.May(l.Permission));
    }

    private static async Task<IResult> ChangeView(string list, string view, HttpContext http, SavedViews views, [FromForm] string? act, [FromForm] string? returnUrl, CancellationToken ct)
    {
        if (Seen(http, list) is not { } of)
        {
            return TypedResults.NotFound();
        }

        Refusal? refusal;
        switch (act)
        {
            case "pin" or "unpin":
                (await views.Pin(of, view, act == "pin", ct)).TryGet(out _, out refusal);
                break;
            case "default":
                (await views.MakeDefault(of, view, ct)).TryGet(out _, out refusal);
                break;
            case "copy":
                if ((await views.Copy(of, view, ct)).TryGet(out var copy, out refusal))
                {
                    new Notice(Text.Texts.Get("list.view_kept", copy.Name)).Leave(http);
                    return TypedResults.LocalRedirect($"{of.Path}?view={copy.Id}");
                }

                break;
            case "delete" when long.TryParse(view, out var id):
                if ((await views.Delete(of, id, ct)).TryGet(out var gone, out refusal))
                {
                    new Notice(Text.Texts.Get("list.view_gone", gone.Name), Undo: new($"/lists/{list}/views/{view}", new Dictionary<string, string> { ["act"] = "back", ["returnUrl"] = $"{of.Path}?view=all" })).Leave(http);
                    return TypedResults.LocalRedirect($"{of.Path}?view=all"); // No dialog stands before the undo.
                }

                break;
            case "back" when long.TryParse(view, out var id):
                if ((await views.PutBack(of, id, ct)).TryGet(out var back, out refusal))
                {
                    new Notice(Text.Texts.Get("list.view_back", back.Name)).Leave(http);
                    return TypedResults.LocalRedirect($"{of.Path}?view={view}");
                }

                break;
            default:
                return TypedResults.NotFound();
        }

        return refusal is null ? TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, of.Path)) : Refused(of, http, refusal, LocalUrl.Or(returnUrl, of.Path));
    }

    /// <summary>Columns or density chosen: kept for the person where the view does not say which, else a change of the view that can be saved.</summary>
    private static async Task<IResult> Columns(string list, HttpContext http, SavedViews views, [FromForm] string? returnUrl, [FromForm] string? reset, [FromForm] bool? dense, CancellationToken ct)
    {
        if (Seen(http, list) is not { } of)
        {
            return TypedResults.NotFound();
        }

        var address = LocalUrl.Or(returnUrl, of.Path);
        var query = QueryHelpers.ParseQuery(new Uri(new("http://here"), address).Query).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)).Where(p => p.Key is not ("columns" or "cursor")).ToList();
        var named = query.Find(p => p.Key == "view").Value;
        var choices = await views.Of(of, named, ct);
        var view = choices.Find(named);
        if (dense is { } close)
        {
            await views.KeepDensity(of, view, close, ct);
            return TypedResults.LocalRedirect(address);
        }

        var usual = string.Join(',', of.Columns);
        var chosen = reset is not null ? null : string.Join(',', Chosen(of, http.Request.Form)) is { Length: > 0 } said ? said : null;
        if (view is not null && ListState.Said(of, view).Columns is not null)
        {
            return TypedResults.LocalRedirect(QueryHelpers.AddQueryString(of.Path, [.. query, new("columns", chosen ?? usual)]));
        }

        // The list's own columns, also in a view where they would else be those chosen for the list.
        await views.KeepColumns(of, view, chosen ?? (SavedViews.Choices.KeyOf(view).Length > 0 && choices.LookOf(null).Columns is not null ? usual : null), ct);
        return TypedResults.LocalRedirect(QueryHelpers.AddQueryString(of.Path, query));
    }

    /// <summary>The columns as the chooser posts them, a box for each with its width and pin, or as the edge of a heading that was dragged does.</summary>
    private static IEnumerable<ListColumn> Chosen(ListOf list, IFormCollection form)
    {
        var columns = form["column"].Select(c => ListColumn.Read(list, c!.Trim())).OfType<ListColumn>().ToList();
        if (!form.ContainsKey("chooser"))
        {
            return columns;
        }

        var name = list.Fields.First(f => f.IsName); // Its box cannot be unticked, and so is not posted.
        return columns.Where(c => c.Field != name).Select(c => c.Field).Prepend(name).Select(f => new ListColumn(f, ListColumn.WidthOf(form[$"width.{f.Key}"]), form["pin"].Contains(f.Key)));
    }

    /// <summary>One cell, changed where it stands: told as JSON to a page that asks so, else on the page it came from, with undo.</summary>
    private static async Task<IResult> EditRow(string list, long id, HttpContext http, [FromForm] string? field, [FromForm] string? value, [FromForm] string? was, [FromForm] string? returnUrl, CancellationToken ct)
    {
        var actor = http.RequestServices.GetRequiredService<CurrentActor>().Actor;
        if (Seen(http, list) is not { } of || of.Find(field) is not { Input: not null } named)
        {
            return TypedResults.NotFound();
        }

        var edited = of.EditPermission is not { } needed || !actor.May(needed) ? new Refusal.Forbidden()
            : string.IsNullOrWhiteSpace(value) && !named.CanBeEmpty ? new Refusal.InvalidMany([new(named.Input, "list.never_empty", named.Name)])
            : await of.Edit(http.RequestServices, id, named, value, was, ct);
        if (edited.TryGet(out var now, out var refusal))
        {
            now = await Called(http, named, now, ct);
            var undo = now.Undo ?? new(id, was ?? "", now.Value);
            var back = new Dictionary<string, string> { ["field"] = named.Key, ["value"] = undo.Value, ["was"] = undo.Was, ["returnUrl"] = returnUrl ?? of.Path };
            new Notice(Text.Texts.Get("list.cell_kept", named.Name, now.Text), Undo: new($"/lists/{list}/rows/{undo.RowId}", back)).Leave(http);
        }

        if (http.Request.Headers.Accept.Contains("application/json"))
        {
            return refusal is null ? TypedResults.Ok(now) : edited.Answer(e => TypedResults.Ok(e));
        }

        if (refusal is null)
        {
            return TypedResults.LocalRedirect(LocalUrl.Or(returnUrl, of.Path));
        }

        return Refused(of, http, refusal, LocalUrl.Or(returnUrl, of.Path));
    }

    /// <summary>What a cell says that refers to another row: its name rather than its key.</summary>
    private static async Task<Edited> Called(HttpContext http, ListField field, Edited now, CancellationToken ct) =>
        field.Names is { } names && long.TryParse(now.Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var key)
            ? now with { Text = (await names(http.RequestServices.GetRequiredService<CrmDb>(), [key], ct)).GetValueOrDefault(key) ?? now.Text } : now;

    /// <summary>How far a work on many has come, for the bar that follows it.</summary>
    private static async Task<IResult> WorkState(string list, long job, HttpContext http, WorkOnRows works, CancellationToken ct) =>
        Seen(http, list) is null ? TypedResults.NotFound()
        : (await works.Get(list, job, ct)).Answer(s => TypedResults.Ok(new { s.Job.State, s.Job.RowsDone, s.Job.RowsTotal, s.Job.RowsRejected }));

    private static Microsoft.AspNetCore.Http.HttpResults.RedirectHttpResult Refused(ListOf list, HttpContext http, Refusal refusal, string address)
    {
        var said = refusal is Refusal.InvalidMany { Errors: [var first, ..] } ? Text.Texts.Get(first.Code, first.Args) : Text.Texts.Get(refusal.Code, refusal.Args);
        new Notice(said, IsError: true).Leave(http);
        return TypedResults.LocalRedirect(LocalUrl.Or(address, list.Path));
    }
}
