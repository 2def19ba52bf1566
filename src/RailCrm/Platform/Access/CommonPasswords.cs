using Microsoft.AspNetCore.Identity;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Access;

/// <summary>Refuses what is guessed first: one character or a short pattern repeated, runs on the keyboard, the user's own name, and the usual favourites.</summary>
internal sealed class CommonPasswords : IPasswordValidator<User>
{
    private static readonly string[] Favourites =
    [
        "password", "passw0rd", "qwerty", "qwertyuiop", "1qaz2wsx", "asdfghjkl", "iloveyou", "woaini", "administrator", "letmein", "welcome", "railcrm", "zxcvbnm",
        "1234567890", "0123456789", "9876543210", "abcdefghij", "5201314", "88888888",
    ];

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
    {
        var core = new string([.. (password ?? "").ToLowerInvariant().Where(char.IsLetterOrDigit)]);
        foreach (var favourite in Favourites.Append(user.UserName?.ToLowerInvariant() ?? "").Where(f => f.Length >= 2))
        {
            core = core.Replace(favourite, "", StringComparison.Ordinal);
        }

        return Task.FromResult(core.Distinct().Count() < 5
            ? IdentityResult.Failed(new IdentityError { Code = "CommonPassword", Description = Texts.Get("account.password_common") })
            : IdentityResult.Success);
    }
}
