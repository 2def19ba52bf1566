using System.Buffers.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Access;

/// <summary>A passkey of an account: the public half of a key that a device or a security key keeps, and gives out to nobody.</summary>
public sealed class Passkey
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 60;

    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What the device calls it, base64url: at most 1,023 bytes (WebAuthn).</summary>
    public string CredentialId { get; set; } = "";

    /// <summary>The public key (COSE).</summary>
    public byte[] PublicKey { get; set; } = [];

    /// <summary>How often it signed, where the device counts: a count that does not grow is a copy's.</summary>
    public long SignCount { get; set; }

    /// <summary>How the browser reaches it, such as internal, usb, hybrid; separated by commas.</summary>
    public string Transports { get; set; } = "";

    /// <summary>Whether it may be kept by a service too, such as a password manager's.</summary>
    public bool BackupEligible { get; set; }

    /// <summary>Whether it is.</summary>
    public bool BackedUp { get; set; }

    /// <summary>When it was taken in (UTC).</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The last sign-in with it (UTC).</summary>
    public DateTime? UsedAt { get; set; }

    internal UserPasskeyInfo Known() => new(
        Base64Url.DecodeFromChars(CredentialId), PublicKey, new(DateTime.SpecifyKind(CreatedAt, DateTimeKind.Utc)), (uint)SignCount, Transports.Split(',', StringSplitOptions.RemoveEmptyEntries), isUserVerified: true, BackupEligible, BackedUp, [], [])
    { Name = Name };

    internal sealed class Mapping : IEntityTypeConfiguration<Passkey>
    {
        public void Configure(EntityTypeBuilder<Passkey> builder)
        {
            builder.ToTable("passkeys");
            builder.Property(p => p.Name).HasMaxLength(NameLength);
            builder.Property(p => p.CredentialId).HasMaxLength(1_364);
            builder.HasIndex(p => p.CredentialId).IsUnique();
            builder.HasIndex(p => p.UserId);
            builder.HasOne<User>().WithMany().HasForeignKey(p => p.UserId);
        }
    }
}

/// <summary>Accounts as Identity reads them, with passkeys from a table of our own: Identity's keeps them as a document that no list is read off.</summary>
internal sealed class AccountStore(CrmDb db, IdentityErrorDescriber? describer = null) : UserStore<User, Role, CrmDb, long>(db, describer)
{
    public override async Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return await Context.Set<User>().SingleOrDefaultAsync(u => Context.Set<Passkey>().Any(p => p.UserId == u.Id && p.CredentialId == id), cancellationToken);
    }

    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return (await Context.Set<Passkey>().AsNoTracking().SingleOrDefaultAsync(p => p.UserId == user.Id && p.CredentialId == id, cancellationToken))?.Known();
    }

    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken) =>
        [.. (await Context.Set<Passkey>().AsNoTracking().Where(p => p.UserId == user.Id).OrderBy(p => p.Id).ToListAsync(cancellationToken)).Select(p => p.Known())];

    /// <remarks>Written by <see cref="OwnPasskeys"/> alone, with the trail.</remarks>
    public override Task AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="AddOrUpdatePasskeyAsync"/>
    public override Task RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();
}
