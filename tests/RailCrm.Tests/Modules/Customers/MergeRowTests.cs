using RailCrm.Modules.Customers;

namespace RailCrm.Tests.Modules.Customers;

public sealed class MergeRowTests
{
    [Theory]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 1 })]
    [InlineData(new long[] { 1, 2, 3, 7, 8, 127, 128, 129, 300, 16_384, 1L << 40, (1L << 40) + 1, long.MaxValue - 1 })]
    public void Ids_come_back_as_they_were_packed(long[] ids) => Assert.Equal(ids, MergeRow.Unpack(MergeRow.Pack(ids)));

    [Fact]
    public void A_run_of_neighbours_takes_a_few_bytes_and_scattered_ids_two_each()
    {
        Assert.True(MergeRow.Pack([.. Enumerable.Range(5_000_000, 100_000).Select(i => (long)i)]).Length < 10);
        Assert.True(MergeRow.Pack([.. Enumerable.Range(0, 100_000).Select(i => 4L * i)]).Length <= 200_000);
    }
}
