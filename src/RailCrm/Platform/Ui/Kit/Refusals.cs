using RailCrm.Kernel;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>A refusal on a page: the words in the form, the status in the answer.</summary>
public static class Refusals
{
    /// <summary>The refusal as one sentence.</summary>
    public static string Said(this Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? Text.Texts.Get(error.Code, error.Args) : Text.Texts.Get(refusal.Code, refusal.Args);
    }

    /// <summary>The errors to show; what is not allowed or not there answers 403 or 404, so that it stands in the audit trail.</summary>
    public static FormErrors Shown(this Refusal refusal, HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ArgumentNullException.ThrowIfNull(http);
        http.Response.StatusCode = refusal switch
        {
            Refusal.Forbidden => StatusCodes.Status403Forbidden,
            Refusal.NotFound => StatusCodes.Status404NotFound,
            _ => http.Response.StatusCode,
        };
        return new(refusal);
    }
}
