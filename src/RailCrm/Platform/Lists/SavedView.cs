using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>A view that somebody kept: for oneself, or shared with a unit and everything under it.</summary>
public sealed class SavedView : IAudited, IVersioned
{
    /// <summary>Longest name.</summary>
    public const int NameLength = 60;

    /// <summary>Longest address.</summary>
    public const int AddressLength = 4_000;

    /// <inheritdoc cref="IAudited.Id"/>
    public long Id { get; set; }

    /// <summary>The list it is of, by <see cref="ListOf.Key"/>.</summary>
    public string List { get; set; } = "";

    /// <summary>What it is called.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it asks for, as <see cref="View.Kept"/> gives it.</summary>
    public string Address { get; set; } = "";

    /// <summary>Whose it is.</summary>
    public long OwnerId { get; set; }

    /// <summary>The unit it is shared with; null for the owner's own.</summary>
    public long? UnitId { get; set; }

    /// <summary>UTC.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <inheritdoc/>
    public int Version { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<SavedView>
    {
        public void Configure(EntityTypeBuilder<SavedView> builder)
        {
            builder.ToTable("saved_views");
            builder.Property(v => v.List).HasMaxLength(40);
            builder.Property(v => v.Name).HasMaxLength(NameLength);
            builder.Property(v => v.Address).HasMaxLength(AddressLength);
            builder.HasIndex(v => new { v.List, v.OwnerId });
            builder.HasIndex(v => new { v.List, v.UnitId });
        }
    }
}

/// <summary>What somebody likes of a list's or a view's layout: which columns with which widths, and how close the rows stand.</summary>
/// <param name="Columns">As in an address; null for what is usual.</param>
/// <param name="Dense">Null where nobody said.</param>
public sealed record ListLook(string? Columns, bool? Dense)
{
    /// <summary>Nothing chosen.</summary>
    public static readonly ListLook None = new(null, null);

    /// <summary>Before the columns, with a comma: no field is called so.</summary>
    private const string Close = "-dense", Loose = "-loose";

    /// <summary>Reads what is kept.</summary>
    public static ListLook Read(string? kept)
    {
        var parts = (kept ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        bool? dense = parts.FirstOrDefault() switch { Close => true, Loose => false, _ => null };
        var columns = dense is null ? parts : parts[1..];
        return new(columns.Count == 0 ? null : string.Join(',', columns), dense);
    }

    /// <summary>As it is kept; null where there is nothing to keep.</summary>
    public string? Kept => string.Join(',', new[] { Dense switch { true => Close, false => Loose, null => null }, Columns }.OfType<string>()) is { Length: > 0 } said ? said : null;
}

/// <summary>How somebody likes a list (with an empty <see cref="ViewKey"/>) or one of its views.</summary>
public sealed class ListChoice
{
    /// <summary>Whose choice.</summary>
    public long UserId { get; set; }

    /// <summary>The list.</summary>
    public string List { get; set; } = "";

    /// <summary>The view; empty for the list itself.</summary>
    public string ViewKey { get; set; } = "";

    /// <summary>Stands beside the others above the list.</summary>
    public bool Pinned { get; set; }

    /// <summary>Opens with the list.</summary>
    public bool IsDefault { get; set; }

    /// <summary>How it is laid out where the view itself does not say, as <see cref="ListLook"/> writes it; null where nothing was chosen.</summary>
    public string? Columns { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ListChoice>
    {
        public void Configure(EntityTypeBuilder<ListChoice> builder)
        {
            builder.ToTable("list_choices");
            builder.HasKey(c => new { c.UserId, c.List, c.ViewKey });
            builder.Property(c => c.List).HasMaxLength(40);
            builder.Property(c => c.ViewKey).HasMaxLength(40);
            builder.Property(c => c.Columns).HasMaxLength(2_000);
        }
    }
}
