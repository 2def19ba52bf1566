using System.CommandLine;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Cli;

/// <summary><c>railcrm user add|list|disable</c>.</summary>
internal static class UserVerbs
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "Sign-in name." };
        var role = new Option<string>("--role") { Required = true, Description = "One of " + string.Join(", ", Permission.DefaultRoles.Keys) + "." };
        var unit = new Option<string>("--unit") { Required = true, Description = "Code of the unit." };
        var password = new Option<string?>("--password") { Description = "Asked for, or made and printed, where missing." };

        var add = new Command("add", "Makes an account.") { name, role, unit, password };
        add.SetAction((parse, ct) => CommandLine.With(services => Add(services, parse.GetValue(name)!, parse.GetValue(role)!, parse.GetValue(unit)!, parse.GetValue(password), ct)));
        var list = new Command("list", "Lists the accounts.");
        list.SetAction((_, ct) => CommandLine.With(services => List(services, ct)));
        var disable = new Command("disable", "Ends an account and its sessions.") { name };
        disable.SetAction((parse, ct) => CommandLine.With(services => Disable(services, parse.GetValue(name)!, ct)));
        var reset = new Command("reset", "Gives an account a new password, printed on the last line; it must be changed at the next sign-in.") { name };
        reset.SetAction((parse, ct) => CommandLine.With(services => Reset(services, parse.GetValue(name)!, ct)));
        var factor = new Command("reset-factor", "Takes the second factor of an account away from who has lost it; sessions end.") { name };
        factor.SetAction((parse, ct) => CommandLine.With(services => ResetFactor(services, parse.GetValue(name)!, ct)));
        return new Command("user", "Accounts.") { add, list, disable, reset, factor };
    }

    private static async Task<int> Add(IServiceProvider services, string name, string role, string unitCode, string? password, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var unit = await db.Set<OrgUnit>().SingleOrDefaultAsync(u => u.Code == unitCode, ct) ?? throw new InvalidOperationException($"No unit has the code '{unitCode}'.");
        if (!await db.Set<Role>().AnyAsync(r => r.Name == role, ct))
        {
            throw new InvalidOperationException($"No role is named '{role}'.");
        }

        var made = password is null ? Sessions.NewSecret()[..20] : null;
        var result = await services.GetRequiredService<SetUpGroup>().CreateUser(new User { UserName = name, DisplayName = name, UnitId = unit.Id }, password ?? made!, role, ct);
        if (!result.TryGet(out _, out var refusal))
        {
            throw new InvalidOperationException(refusal is Refusal.InvalidMany many
                ? string.Join(' ', many.Errors.Select(e => Texts.Get(e.Code, e.Args)))
                : Texts.Get(refusal.Code, refusal.Args));
        }

        Console.WriteLine(made ?? name);
        return 0;
    }

    private static async Task<int> List(IServiceProvider services, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var users = await (
            from u in db.Set<User>()
            join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id
            orderby u.UserName
            select new { u.UserName, unit.Code, u.Disabled }).ToListAsync(ct);
        foreach (var user in users)
        {
            Console.WriteLine($"{user.UserName}\t{user.Code}\t{(user.Disabled ? "disabled" : "active")}");
        }

        return 0;
    }

    /// <summary>The console's way in for those whose password no administrator may set: security administrators and auditors.</summary>
    private static async Task<int> Reset(IServiceProvider services, string name, CancellationToken ct)
    {
        var user = await services.GetRequiredService<UserManager<User>>().FindByNameAsync(name) ?? throw new InvalidOperationException($"No account is named '{name}'.");
        Console.WriteLine(Done(await services.GetRequiredService<ChangeAccount>().ResetPassword(user.Id, ct)).Password);
        return 0;
    }

    private static async Task<int> ResetFactor(IServiceProvider services, string name, CancellationToken ct)
    {
        var user = await services.GetRequiredService<UserManager<User>>().FindByNameAsync(name) ?? throw new InvalidOperationException($"No account is named '{name}'.");
        Done(await services.GetRequiredService<ChangeAccount>().ResetFactor(user.Id, ct));
        Console.WriteLine($"{name} signs in with the password alone until a second factor is enrolled again.");
        return 0;
    }

    private static T Done<T>(Result<T> result) where T : notnull =>
        result.TryGet(out var value, out var refusal) ? value : throw new InvalidOperationException(Texts.Get(refusal.Code, refusal.Args));

    private static async Task<int> Disable(IServiceProvider services, string name, CancellationToken ct)
    {
        var user = await services.GetRequiredService<UserManager<User>>().FindByNameAsync(name) ?? throw new InvalidOperationException($"No account is named '{name}'.");
        Done(await services.GetRequiredService<ChangeAccount>().Disable(user.Id, ct));
        Console.WriteLine($"{name} is disabled; its sessions end at their next request.");
        return 0;
    }
}

/// <summary><c>railcrm token create</c>.</summary>
internal static class TokenVerb
{
    public static Command Command()
    {
        var user = new Option<string>("--user") { Required = true, Description = "In whose name it acts." };
        var name = new Option<string>("--name") { Required = true, Description = "What it is for." };
        var scopes = new Option<string>("--scopes") { DefaultValueFactory = _ => "read,write", Description = "read, or read,write." };
        var create = new Command("create", "Makes an API token; it is printed once, on the last line.") { user, name, scopes };
        create.SetAction((parse, ct) => CommandLine.With(services => Create(services, parse.GetValue(user)!, parse.GetValue(name)!, parse.GetValue(scopes)!, ct)));
        return new Command("token", "API tokens.") { create };
    }

    private static async Task<int> Create(IServiceProvider services, string userName, string name, string scopes, CancellationToken ct)
    {
        if (scopes.Split(',').Except(["read", "write"]).Any())
        {
            throw new InvalidOperationException("--scopes takes read, or read,write.");
        }

        var db = services.GetRequiredService<CrmDb>();
        var user = await services.GetRequiredService<UserManager<User>>().FindByNameAsync(userName) ?? throw new InvalidOperationException($"No account is named '{userName}'.");
        Console.WriteLine(await ApiTokens.Make(db, user.Id, name, scopes, expiresAt: null, ct));
        return 0;
    }
}
