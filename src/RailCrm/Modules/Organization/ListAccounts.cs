using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Organization;

/// <summary>The accounts of the units in the actor's scope, by sign-in name, page by page.</summary>
internal sealed class ListAccounts(CrmDb db)
{
    private const int PageSize = 50;

    /// <param name="State">active, disabled, locked, without (a role), or nothing for all.</param>
    public sealed record Query(string? Q = null, long? Unit = null, long? Role = null, string? State = null, string? Cursor = null);

    /// <remarks>Filled property by property, because the filters of the list are translated through it.</remarks>
    public sealed record Item
    {
        public long Id { get; init; }
        public string UserName { get; init; } = "";
        public string DisplayName { get; init; } = "";
        public long UnitId { get; init; }
        public string UnitName { get; init; } = "";
        public long? RoleId { get; init; }
        public string? RoleName { get; init; }
        public bool Disabled { get; init; }
        public DateTimeOffset? LockoutEnd { get; init; }
        public bool MustChangePassword { get; init; }

        /// <summary>disabled, locked, without (a role) or active.</summary>
        public string State(DateTime now) => Disabled ? "disabled" : LockoutEnd > now ? "locked" : RoleId is null ? "without" : "active";
    }

    public async Task<Item?> One(long id, CancellationToken ct) => await Items(PathRange.Of(db.Scope)).SingleOrDefaultAsync(a => a.Id == id, ct);

    public async Task<Result<Listing<Item>>> Run(Query query, CancellationToken ct)
    {
        var range = PathRange.Of(db.Scope);
        if (query.Unit is { } unitId)
        {
            var path = await range.Of(db).Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
            range = path is null ? new("", "") : PathRange.Below(path);
        }

        var accounts = Items(range);
        var text = (query.Q ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (!PlainText.IsStorable(text) || !PlainText.IsStorable(query.Cursor))
        {
            return new Listing<Item>([], null);
        }

        if (text.Length > 0)
        {
            accounts = accounts.Where(a => a.UserName.Contains(text) || a.DisplayName.Contains(text)); // Thousands at most.
        }

        if (query.Role is { } role)
        {
            accounts = accounts.Where(a => a.RoleId == role);
        }

        DateTimeOffset now = new(DateTime.SpecifyKind(db.UtcNow, DateTimeKind.Utc));
        accounts = query.State switch
        {
            "active" => accounts.Where(a => !a.Disabled),
            "disabled" => accounts.Where(a => a.Disabled),
            "without" => accounts.Where(a => !a.Disabled && a.RoleId == null),
            "locked" => accounts.Where(a => !a.Disabled && a.LockoutEnd != null), // Whether it is over is told row by row: instants with an offset do not compare on SQLite.
            _ => accounts,
        };
        if (query.Cursor is { Length: > 0 } cursor)
        {
            string after;
            try
            {
                after = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            }
            catch (FormatException)
            {
                return new Refusal.Invalid("common.cursor_invalid", nameof(Query.Cursor));
            }

#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            accounts = accounts.Where(a => string.Compare(a.UserName, after) > 0);
#pragma warning restore CA1309
        }

        var rows = await accounts.OrderBy(a => a.UserName).Take(PageSize + 1).ToListAsync(ct);
        var items = rows.Take(PageSize).Where(a => query.State != "locked" || a.LockoutEnd > now).ToList();
        return new Listing<Item>(items, rows.Count > PageSize ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(rows[PageSize - 1].UserName)) : null);
    }

    private IQueryable<Item> Items(PathRange range) =>
        from a in db.Set<User>().AsNoTracking()
        join u in range.Of(db) on a.UnitId equals u.Id
        let role = (from r in db.Set<IdentityUserRole<long>>() where r.UserId == a.Id orderby r.RoleId select (long?)r.RoleId).FirstOrDefault()
        select new Item
        {
            Id = a.Id, UserName = a.UserName!, DisplayName = a.DisplayName, UnitId = a.UnitId, UnitName = u.Name, RoleId = role,
            RoleName = db.Set<Role>().Where(r => r.Id == role).Select(r => r.Name).FirstOrDefault(), Disabled = a.Disabled, LockoutEnd = a.LockoutEnd, MustChangePassword = a.MustChangePassword,
        };
}
