using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>An account. The person behind it is an employee; the unit decides what the account sees.</summary>
public sealed class User : IdentityUser<long>, IAudited
{
    /// <summary>The name people read.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The unit the account works in.</summary>
    public long UnitId { get; set; }

    /// <summary>A disabled account has no sessions from its next request on.</summary>
    public bool Disabled { get; set; }

    /// <summary>Whether the password was given by somebody else, so that the person must take an own one first.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>When the person chose the password (UTC); null where that is not known.</summary>
    public DateTime? PasswordChangedAt { get; set; }

    /// <summary>The provider of identities that made the account, and says its role and unit at each sign-in; null where we do.</summary>
    public string? ManagedBy { get; set; }

    /// <summary>zh-CN or en; null follows the browser.</summary>
    public string? Language { get; set; }

    /// <summary>light or dark; null follows the device.</summary>
    public string? Theme { get; set; }

    /// <summary>The zone in which the person reads times, one of <see cref="Ui.Kit.ReaderZone.Offered"/>; null is Beijing's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>When the person ended the tour of the product (UTC); null where it is still to be offered.</summary>
    public DateTime? TourEndedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> builder)
        {
            builder.ToTable("users");
            builder.HasIndex(u => u.NormalizedUserName).IsUnique();
            builder.HasIndex(u => u.UnitId).HasDatabaseName("ix_users_unit_id"); // Who works in a unit.
            builder.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
        }
    }
}

/// <summary>A named set of permissions.</summary>
public sealed class Role : IdentityRole<long>
{
    /// <summary>Since when its people need a second factor (UTC); null where the password is enough.</summary>
    public DateTime? FactorSince { get; set; }

    /// <summary>What its people may do with fields of records, as <see cref="FieldRights.Write"/> says it; null where nothing is kept from them.</summary>
    public string? Fields { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Role>
    {
        public void Configure(EntityTypeBuilder<Role> builder)
        {
            builder.ToTable("roles");
            builder.Property(r => r.Fields).HasMaxLength(FieldRights.Length);
            builder.HasIndex(r => r.NormalizedName).IsUnique();
        }
    }
}

/// <summary>What a role allows.</summary>
public sealed class RolePermission
{
    /// <summary>The role.</summary>
    public long RoleId { get; set; }

    /// <summary>One of <see cref="Access.Permission"/>.</summary>
    public string Permission { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<RolePermission>
    {
        public void Configure(EntityTypeBuilder<RolePermission> builder)
        {
            builder.ToTable("role_permissions");
            builder.HasKey(p => new { p.RoleId, p.Permission });
            builder.HasOne<Role>().WithMany().HasForeignKey(p => p.RoleId);
        }
    }
}

internal sealed class IdentityTables :
    IEntityTypeConfiguration<IdentityUserRole<long>>, IEntityTypeConfiguration<IdentityUserClaim<long>>,
    IEntityTypeConfiguration<IdentityUserLogin<long>>, IEntityTypeConfiguration<IdentityUserToken<long>>, IEntityTypeConfiguration<IdentityRoleClaim<long>>
{
    public void Configure(EntityTypeBuilder<IdentityUserRole<long>> builder)
    {
        builder.ToTable("user_roles").HasKey(r => new { r.UserId, r.RoleId });
        builder.HasOne<User>().WithMany().HasForeignKey(r => r.UserId);
        builder.HasOne<Role>().WithMany().HasForeignKey(r => r.RoleId);
    }

    public void Configure(EntityTypeBuilder<IdentityUserClaim<long>> builder) => builder.ToTable("user_claims").HasKey(c => c.Id);
    public void Configure(EntityTypeBuilder<IdentityUserLogin<long>> builder) => builder.ToTable("user_logins").HasKey(l => new { l.LoginProvider, l.ProviderKey }); // Who somebody is to the provider of identities.
    public void Configure(EntityTypeBuilder<IdentityUserToken<long>> builder) => builder.ToTable("user_tokens").HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
    public void Configure(EntityTypeBuilder<IdentityRoleClaim<long>> builder) => builder.ToTable("role_claims").HasKey(c => c.Id);
}

/// <summary>A sign-in, kept as a row so that any node knows it and an ended one is ended everywhere. The cookie holds the id, the row its SHA-256.</summary>
public sealed class Session
{
    /// <summary>SHA-256 of the id in the cookie, hexadecimal.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>The account's stamp at sign-in: a changed password or role ends the session.</summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>Sign-in (UTC); the absolute limit counts from it.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Last request, to the minute (UTC); the idle limit counts from it.</summary>
    public DateTime SeenAt { get; set; }

    /// <summary>The browser as it calls itself, so that people recognise their own sessions.</summary>
    public string? Agent { get; set; }

    /// <summary>Whether the provider of identities asked for more than one factor, so that none of ours is needed.</summary>
    public bool Strong { get; set; }

    /// <summary>Network address at sign-in.</summary>
    public string? Address { get; set; }

    /// <summary>As whom its owner looks at the product; null usually. No foreign key: SQLite would make the table anew for it.</summary>
    public long? SeenAsId { get; set; }

    /// <summary>Until when (UTC).</summary>
    public DateTime? SeenAsUntil { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> builder)
        {
            builder.ToTable("sessions");
            builder.HasKey(s => s.Hash);
            builder.Property(s => s.Hash).HasMaxLength(64);
            builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
        }
    }
}

/// <summary>A token another system acts with, in the name of its user. Shown once, kept as SHA-256.</summary>
public sealed class ApiToken
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>SHA-256 of the token, hexadecimal.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Whose name it acts in.</summary>
    public long UserId { get; set; }

    /// <summary>What its maker calls it.</summary>
    public string Name { get; set; } = "";

    /// <summary>read, or read,write.</summary>
    public string Scopes { get; set; } = "read";

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When it ends (UTC); null never.</summary>
    public DateTime? ExpiresAt { get; set; }

    /// <summary>When it was taken back (UTC).</summary>
    public DateTime? RevokedAt { get; set; }

    /// <summary>Last request with it, to the hour (UTC): a token nobody uses should go.</summary>
    public DateTime? UsedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApiToken>
    {
        public void Configure(EntityTypeBuilder<ApiToken> builder)
        {
            builder.ToTable("api_tokens");
            builder.HasIndex(t => t.Hash).IsUnique();
            builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
        }
    }
}
