using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>A person who works in a unit (职工); an account may belong to one.</summary>
public sealed class Employee : IAudited, IVersioned
{
    /// <summary>Longest staff number.</summary>
    public const int NumberLength = 30;

    /// <summary>Longest name.</summary>
    public const int NameLength = 50;

    /// <summary>Longest position, phone and e-mail.</summary>
    public const int TextLength = 100;

    /// <inheritdoc/>
    public long Id { get; set; }

    /// <summary>Staff number; unique.</summary>
    public string Number { get; set; } = "";

    /// <summary>Name; its pinyin follows.</summary>
    public string Name
    {
        get;
        set => (field, Pinyin, Initials) = (value, Kernel.Pinyin.Full(value), Kernel.Pinyin.Initials(value));
    } = "";

    /// <summary>The name's pinyin, to be found by.</summary>
    public string Pinyin { get; private set; } = "";

    /// <summary>First letters of the name's pinyin.</summary>
    public string Initials { get; private set; } = "";

    /// <summary>Where the person works.</summary>
    public long UnitId { get; set; }

    /// <summary>Position, as the group calls it.</summary>
    public string? Position { get; set; }

    /// <summary>Work phone.</summary>
    public string? Phone { get; set; }

    /// <summary>Work e-mail.</summary>
    public string? Email { get; set; }

    /// <summary>The account, if the person has one.</summary>
    public long? UserId { get; set; }

    /// <summary>False once the person has left.</summary>
    public bool Active { get; set; } = true;

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Employee>
    {
        public void Configure(EntityTypeBuilder<Employee> builder)
        {
            builder.ToTable("employees");
            builder.HasIndex(e => e.Number).IsUnique();
            builder.HasIndex(e => e.UserId).IsUnique(); // An account belongs to one person.
            builder.HasIndex(e => new { e.Name, e.Id });
            builder.HasIndex(e => e.UnitId);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(e => e.UnitId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
