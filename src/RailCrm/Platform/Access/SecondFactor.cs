using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Platform.Access;

/// <summary>The authenticator app of an account: what it and the server both know, and the last code that was taken.</summary>
public sealed class SecondFactor
{
    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>The secret, encrypted by Data Protection.</summary>
    public string Secret { get; set; } = "";

    /// <summary>When a first code proved that the app has it (UTC); null until then, and it asks for nothing.</summary>
    public DateTime? ConfirmedAt { get; set; }

    /// <summary>The half minute of the last code taken: neither it nor an earlier one is taken again.</summary>
    public long LastStep { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<SecondFactor>
    {
        public void Configure(EntityTypeBuilder<SecondFactor> builder)
        {
            builder.ToTable("second_factors");
            builder.HasKey(f => f.UserId);
            builder.Property(f => f.UserId).ValueGeneratedNever();
            builder.Property(f => f.Secret).HasMaxLength(1_000);
            builder.HasOne<User>().WithMany().HasForeignKey(f => f.UserId);
        }
    }
}

/// <summary>A code that stands for the authenticator app once, for when the telephone is gone.</summary>
public sealed class RecoveryCode
{
    /// <summary>Key.</summary>
    public long Id { get; set; }

    /// <summary>Whose.</summary>
    public long UserId { get; set; }

    /// <summary>SHA-256 of the code, hexadecimal: eighty random bits need no slow hash.</summary>
    public string Hash { get; set; } = "";

    /// <summary>When it was used (UTC).</summary>
    public DateTime? UsedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<RecoveryCode>
    {
        public void Configure(EntityTypeBuilder<RecoveryCode> builder)
        {
            builder.ToTable("recovery_codes");
            builder.Property(c => c.Hash).HasMaxLength(64);
            builder.HasIndex(c => new { c.UserId, c.Hash }).IsUnique();
            builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
        }
    }
}
