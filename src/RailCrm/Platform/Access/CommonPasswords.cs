using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Access;

/// <summary>Refuses what is guessed first: the usual favourites, runs on the keyboard, one short pattern repeated, the user's own name, the group's name.</summary>
/// <remarks>Twelve characters rule out the short favourites by themselves; what people do is to string them together, so each is taken out and what is left must still be worth something.</remarks>
internal sealed class CommonPasswords(CrmDb db) : IPasswordValidator<User>
{
    /// <summary>Longest password: a hash of megabytes would be an attack on the server.</summary>
    public const int MostCharacters = 200;

    private const int LeastDistinct = 5;

    private static readonly string[] Favourites =
    [
        "password", "passw0rd", "passwort", "p@ssword", "p@ssw0rd", "qwertyuiop", "qwerty", "1qaz2wsx3edc", "1qaz2wsx", "qazwsx", "1q2w3e4r5t6y", "1q2w3e4r5t", "1q2w3e4r", "q1w2e3r4", "asdfghjkl", "asdfgh", "zxcvbnm",
        "iloveyou", "woaini", "administrator", "admin", "root", "letmein", "welcome", "railcrm", "railway", "tielu", "wuliu", "changeme", "monkey", "dragon", "football", "baseball", "sunshine", "princess",
        "superman", "batman", "starwars", "trustno1", "whatever", "abc123", "a123456", "abcd1234", "aa123456", "zaq12wsx", "qwe123", "asd123",
        "1234567890", "0123456789", "9876543210", "987654321", "123456789", "12345678", "1234567", "123456", "654321", "abcdefghijklmnopqrstuvwxyz", "abcdefghij", "abcdef", "5201314", "1314520", "88888888", "66666666",
        "147258369", "963852741", "789456123", "159357", "112233", "123321", "中国", "铁路", "物流", "集团", "密码", "公司", "我爱你", "你好",
    ];

    public async Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
    {
        if (password?.Length > MostCharacters)
        {
            return IdentityResult.Failed(new IdentityError { Code = "PasswordTooLong", Description = Texts.Get("account.password_long") });
        }

        // The group stands in the organisation's table, which the platform knows by name only, as the scope condition does.
        var group = await db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM units WHERE parent_id IS NULL").ToListAsync();
        var core = Core(password);
        foreach (var known in Favourites.Concat(group).Concat([user.UserName, user.DisplayName, user.Email]).Select(Core).Where(k => k.Length >= 2).OrderByDescending(k => k.Length))
        {
            core = core.Replace(known, "", StringComparison.Ordinal);
        }

        return core.EnumerateRunes().Distinct().Count() < LeastDistinct || IsRun(core)
            ? IdentityResult.Failed(new IdentityError { Code = "CommonPassword", Description = Texts.Get("account.password_common") })
            : IdentityResult.Success;
    }

    /// <summary>What is left of a text when case, spaces and punctuation do not count.</summary>
    private static string Core(string? text) =>
        string.Concat((text ?? "").Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant().EnumerateRunes().Where(r => System.Text.Rune.IsLetterOrDigit(r) || r.Value > 0xFFFF).Select(r => r.ToString()));

    /// <summary>Whether it mostly counts up or down: 2345678923456789.</summary>
    private static bool IsRun(string core) => core.Zip(core.Skip(1), (a, b) => Math.Abs(b - a)).Count(step => step == 1) * 4 >= core.Length * 3;
}
