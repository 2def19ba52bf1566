using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace RailCrm.Platform.Access;

/// <summary>What a group may ask of passwords beyond their length where 等保 wants it: <c>RAILCRM_PASSWORD_CLASSES</c>, <c>RAILCRM_PASSWORD_DAYS</c>.</summary>
/// <remarks>Off unless switched on: NIST SP 800-63B, 3.1.1.2 advises against both.</remarks>
/// <param name="Classes">Of small letters, capitals, digits and anything else, how many must occur; 0 for any.</param>
/// <param name="Days">Days after which another password must be taken; 0 for never.</param>
public sealed record PasswordPolicy(int Classes, int Days)
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">A value is no whole number in its range.</exception>
    public static PasswordPolicy From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new(Number("RAILCRM_PASSWORD_CLASSES", 4), Number("RAILCRM_PASSWORD_DAYS", 3_650));

        int Number(string key, int most) => configuration[key] is not { Length: > 0 } text ? 0
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
            : throw new InvalidOperationException($"{key} takes 0 to {most}, not '{text}'.");
    }

    /// <summary>Whether a password of that age must be replaced; one of unknown age must.</summary>
    public bool IsOver(DateTime? changedAt, DateTime now) => Days > 0 && (changedAt is null || now - changedAt > TimeSpan.FromDays(Days));
}

/// <summary>Refuses a password of too few classes of characters. One made for somebody by an administrator serves once and is not asked.</summary>
internal sealed class PasswordClasses(PasswordPolicy policy) : IPasswordValidator<User>
{
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password) => Task.FromResult(
        user.MustChangePassword || (password ?? "").EnumerateRunes().Select(Class).Distinct().Count() >= policy.Classes
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityError { Code = "PasswordClasses", Description = policy.Classes.ToString(CultureInfo.InvariantCulture) }));

    private static int Class(Rune rune) => rune switch { _ when Rune.IsLower(rune) => 0, _ when Rune.IsUpper(rune) => 1, _ when Rune.IsDigit(rune) => 2, _ => 3 };
}
