using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Exchange;

/// <summary>The forms of the review page: one a row, one a column. Plain posts that lead back to where one was.</summary>
internal static class ReviewForms
{
    /// <summary>Takes the cells of a row: <c>c3</c> is the fourth column; <c>skip</c> leaves the row out, or in again; <c>take</c> loads it though there is a warning; <c>meant</c> takes what is proposed for a cell, as column and value.</summary>
    public static async Task<IResult> PostRow(long id, long row, HttpContext http, ReviewImport useCase, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        // A cell that stands as its page showed it says nothing: another tab may have written it since.
        var cells = form.Where(f => !form.TryGetValue($"w{(f.Key.Length > 0 ? f.Key[1..] : "")}", out var was) || Line(was.ToString()) != Line(f.Value.ToString())).Where(f => f.Key.StartsWith('c') && int.TryParse(f.Key.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .ToDictionary(f => int.Parse(f.Key.AsSpan(1), CultureInfo.InvariantCulture), f => f.Value.ToString());
        bool? skip = form["skip"].ToString() switch { "true" => true, "false" => false, _ => null };
        if (form["meant"].ToString().Split(':', 2) is [var at, var to] && int.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var column))
        {
            cells[column] = to; // What is proposed for the cell, whatever is typed into it.
        }

        bool? take = form["take"].ToString() switch { "true" => true, "false" => false, _ => null };
        var edited = await useCase.Edit(id, row, cells, skip, ct, take);
        if (edited.Refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        var text = edited.TryGet(out var now, out var refusal)
            ? now.Outcome == "wrong" ? Texts.Get("import.row_still_wrong", row) : Texts.Get("import.row_now", row, Texts.Get($"import.outcome.{now.Outcome}"))
            : Texts.Get(refusal.Code, refusal.Args);
        new Notice(text, IsError: now is null || now.Outcome == "wrong").Leave(http);
        return TypedResults.Redirect($"{Back(id, form["show"], form["after"])}#row-{row}");
    }

    /// <summary>Takes what is replaced in a column: pairs of <c>from</c> and <c>to</c> of whole cells, or of parts; <c>only</c> takes one of them by its place; <c>meant</c> takes what was proposed for one, as place and value; <c>drop</c> takes a replacement away by its place.</summary>
    public static async Task<IResult> PostFixes(long id, HttpContext http, ReviewImport useCase, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (column, whole) = (form["column"].ToString(), form["whole"].ToString() != "false");
        var only = int.TryParse(form["only"], NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one : -1;
        var meant = form["meant"].ToString().Split(':', 2) is [var at, var to] && int.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var of) ? (Place: of, To: to) : (Place: -1, To: "");
        var said = meant.Place < 0 ? form["from"].Zip(form["to"]).Where((_, i) => only < 0 || i == only) : form["from"].Skip(meant.Place).Take(1).Select(from => (First: from, Second: (string?)meant.To));
        var pairs = said.Select(p => new ColumnFix(column, (whole ? p.First?.Trim() : p.First) ?? "", p.Second ?? "", whole)).Where(f => f.From.Length > 0 && (!whole || f.To.Length > 0)).ToList();
        var drop = int.TryParse(form["drop"], NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : -1;
        if (pairs.Count == 0 && drop < 0)
        {
            new Notice(Texts.Get("import.fix_nothing"), IsError: true).Leave(http);
            return TypedResults.Redirect(Back(id, form["show"], null));
        }

        // Said anew is said instead; a text chosen for a value that itself was chosen before goes on from there.
        var result = await useCase.Fix(id, known => drop >= 0 ? [.. known.Where((_, i) => i != drop)] : [.. known.Where(k => !pairs.Exists(p => (p.Column, p.From, p.Whole) == (k.Column, k.From, k.Whole))), .. pairs], ct);
        if (result.Refusal is Refusal.NotFound)
        {
            return TypedResults.NotFound();
        }

        if (result.Refusal is { } refusal)
        {
            new Notice(Texts.Get(refusal.Code, refusal.Args), IsError: true).Leave(http);
            return TypedResults.Redirect(Back(id, form["show"], null));
        }

        return TypedResults.Redirect($"/imports/{id}");
    }

    /// <summary>As a field of one line holds it.</summary>
    private static string Line(string text) => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static string Back(long id, string? show, string? after) =>
        $"/imports/{id}/review?show={(ReviewRow.Filters.Contains(show ?? "") ? show : "all")}" + (long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row > 0 ? $"&after={row}" : "");
}
