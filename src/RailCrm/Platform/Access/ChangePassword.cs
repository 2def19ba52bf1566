using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>The actor takes another password; every other session of the account ends.</summary>
internal sealed class ChangePassword(CrmDb db, UserManager<User> users, Allowance allowance)
{
    /// <summary>Wrong guesses at the present password in a quarter of an hour: a session left open must not be a way to find it.</summary>
    private const int Tries = 5;

    public sealed class Input
    {
        public string? Current { get; set; }
        public string? New { get; set; }
        public string? Repeat { get; set; }
    }

    /// <param name="input">What was typed.</param>
    /// <param name="session">The session that asks, which goes on.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Result<User>> Run(Input input, string? session, CancellationToken ct)
    {
        var key = $"password:{db.Actor.UserId}";
        return allowance.IsSpent(key, Tries) ? new Refusal.Conflict("account.too_many_tries") : await db.Write(() => Change(input, session, key, ct), ct);
    }

    private async Task<Result<User>> Change(Input input, string? session, string key, CancellationToken ct)
    {
        if (await db.Set<User>().SingleOrDefaultAsync(u => u.Id == db.Actor.UserId, ct) is not { } user)
        {
            return new Refusal.NotFound();
        }

        if (!await users.CheckPasswordAsync(user, input.Current ?? ""))
        {
            allowance.Take(key, Tries, TimeSpan.FromMinutes(15));
            return new Refusal.Invalid("account.password_current_wrong", nameof(Input.Current));
        }

        if (input.New != input.Repeat)
        {
            return new Refusal.Invalid("account.password_repeat_differs", nameof(Input.Repeat));
        }

        if (input.New == input.Current)
        {
            return new Refusal.Invalid("account.password_same", nameof(Input.New));
        }

        var mustHave = user.MustChangePassword;
        var age = user.PasswordChangedAt;
        (user.MustChangePassword, user.PasswordChangedAt) = (false, db.UtcNow);
        var result = await users.ChangePasswordAsync(user, input.Current ?? "", input.New ?? "");
        if (!result.Succeeded)
        {
            (user.MustChangePassword, user.PasswordChangedAt) = (mustHave, age);
            return new Refusal.InvalidMany([.. result.Errors.Select(e => IdentityErrors.Field(e, "", nameof(Input.New)))]);
        }

        await db.Set<Session>().Where(s => s.UserId == user.Id && s.Hash != session).ExecuteDeleteAsync(ct);
        await db.Set<Session>().Where(s => s.UserId == user.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SecurityStamp, user.SecurityStamp), ct);
        db.Add(new AuditEntry(db.Actor, db.UtcNow, "password_changed", nameof(User), user.Id));
        await db.SaveChangesAsync(ct);
        return user;
    }
}

/// <summary>What Identity refuses, in our words and beside the right field.</summary>
public static class IdentityErrors
{
    /// <summary>The field error of an Identity error.</summary>
    public static FieldError Field(IdentityError error, string nameField, string passwordField)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Code switch
        {
            "DuplicateUserName" => new(nameField, "account.name_taken"),
            "InvalidUserName" => new(nameField, "account.name_invalid"),
            "PasswordTooShort" => new(passwordField, "account.password_short"),
            "CommonPassword" => new(passwordField, "account.password_common"),
            "PasswordTooLong" => new(passwordField, "account.password_long"),
            "PasswordClasses" => new(passwordField, "account.password_classes", error.Description),
            _ => new(passwordField, "account.password_refused"),
        };
    }
}
