using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RailCrm.Modules.Customers;

/// <summary>That rows went from one customer to another in a merge: their ids, packed, so that a hundred thousand lines are one row here.</summary>
internal sealed class MergeRow
{
    public long Id { get; set; }

    /// <summary>The merge.</summary>
    public long MergeId { get; set; }

    /// <summary><see cref="ICustomerChildren.Kind"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The customer they hung on.</summary>
    public long FromId { get; set; }

    /// <summary>The customer they hang on since.</summary>
    public long ToId { get; set; }

    /// <summary>The rows, see <see cref="Pack"/>.</summary>
    public byte[] RowIds { get; set; } = [];

    /// <summary>Rising ids as runs of neighbours: the distance from the run before, then how many; seven bits a byte, the last of a number below 128.</summary>
    public static byte[] Pack(IReadOnlyList<long> rising)
    {
        var packed = new MemoryStream();
        void Write(long number)
        {
            for (; number >= 128; number >>= 7)
            {
                packed.WriteByte((byte)((number & 127) | 128));
            }

            packed.WriteByte((byte)number);
        }

        var end = 0L;
        for (var i = 0; i < rising.Count;)
        {
            var length = 1;
            while (i + length < rising.Count && rising[i + length] == rising[i] + length)
            {
                length++;
            }

            Write(rising[i] - end);
            Write(length);
            end = rising[i] + length;
            i += length;
        }

        return packed.ToArray();
    }

    /// <summary>The ids that were packed.</summary>
    public static List<long> Unpack(byte[] packed)
    {
        var (ids, at, end) = (new List<long>(), 0, 0L);
        long Read()
        {
            var (number, shift) = (0L, 0);
            for (; packed[at] >= 128; shift += 7)
            {
                number |= (packed[at++] & 127L) << shift;
            }

            return number | ((long)packed[at++] << shift);
        }

        while (at < packed.Length)
        {
            var first = end + Read();
            end = first + Read();
            for (var id = first; id < end; id++)
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<MergeRow>
    {
        public void Configure(EntityTypeBuilder<MergeRow> builder)
        {
            builder.ToTable("merge_rows");
            builder.Property(r => r.Kind).HasMaxLength(50);
            builder.HasIndex(r => new { r.MergeId, r.Kind });
            builder.HasOne<CustomerMerge>().WithMany().HasForeignKey(r => r.MergeId);
        }
    }
}
