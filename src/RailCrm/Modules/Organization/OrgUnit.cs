using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>The three levels of the organisation.</summary>
public enum UnitLevel
{
    /// <summary>集团, the root.</summary>
    Group = 1,

    /// <summary>子分公司.</summary>
    Subsidiary = 2,

    /// <summary>网点.</summary>
    Outlet = 3,
}

/// <summary>A unit of the organisation: the group (集团), a subsidiary (子分公司) or an outlet (网点).</summary>
public sealed class OrgUnit : IAudited, IVersioned
{
    /// <summary>Longest code.</summary>
    public const int CodeLength = 30;

    /// <summary>Longest name.</summary>
    public const int NameLength = 100;

    private OrgUnit() => Path = ""; // EF Core

    /// <summary>A unit below <paramref name="parent"/>, or the group itself. Its path is set once its key is known.</summary>
    public OrgUnit(OrgUnit? parent, string code, string name, string? stationCode = null) =>
        (ParentId, ParentPath, Level, Code, Name, StationCode, Active, Path) =
        (parent?.Id, parent?.Path ?? "", parent is null ? UnitLevel.Group : parent.Level + 1, code, name, stationCode, true, "");

    private string ParentPath { get; set; } = "";

    /// <inheritdoc/>
    public long Id { get; private set; }

    /// <summary>The unit above; null for the group.</summary>
    public long? ParentId { get; private set; }

    /// <summary>Ids from the group down, each ended by a slash.</summary>
    public string Path { get; private set; }

    /// <summary>Which of the three levels.</summary>
    public UnitLevel Level { get; private set; }

    /// <summary>The group's own code for it; unique.</summary>
    public string Code { get; set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Telegraph code of the station it stands at, if any.</summary>
    public string? StationCode { get; set; }

    /// <summary>A closed unit keeps its history and takes nothing new.</summary>
    public bool Active { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    /// <summary>Sets the path once the key is known, and after a move.</summary>
    public void Place(string parentPath, long? parentId)
    {
        (ParentId, ParentPath) = (parentId, parentPath);
        Path = $"{parentPath}{Id}/";
    }

    /// <summary>Saves new units and gives them their paths, parents first.</summary>
    public static async Task Add(CrmDb db, OrgUnit unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(unit);
        await db.Write(async () =>
        {
            db.Add(unit);
            await db.SaveChangesAsync(ct);
            unit.Place(unit.ParentPath, unit.ParentId);
            return await db.SaveChangesAsync(ct);
        }, ct);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<OrgUnit>
    {
        public void Configure(EntityTypeBuilder<OrgUnit> builder)
        {
            builder.ToTable("units");
            builder.Ignore(u => u.ParentPath);
            builder.Property(u => u.Code).HasMaxLength(CodeLength);
            builder.Property(u => u.Name).HasMaxLength(NameLength);
            builder.Property(u => u.Level).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(u => u.Code).IsUnique();
            builder.HasIndex(u => u.Path);
            builder.HasOne<OrgUnit>().WithMany().HasForeignKey(u => u.ParentId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
