using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RailCrm.Modules.Exchange;
using RailCrm.Modules.Waybills;

namespace RailCrm.Tests.Modules.Exchange;

public sealed class WaybillUndoTests
{
    [Fact]
    public void The_sum_of_a_line_is_what_it_was_before_lines_had_own_fields()
    {
        var line = new WaybillLine { Id = 7, ExternalNo = "HY1", CustomerId = 3, RevenueFen = 12_345, Commodity = "煤" };
        var plain = JsonNode.Parse(global::System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(line))!.AsObject();
        Assert.True(plain.Remove(nameof(WaybillLine.Custom)));
        var before = BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(global::System.Text.Encoding.UTF8.GetBytes(plain.ToJsonString())));

        Assert.Equal(before, WaybillUndo.Sum(line));
        line.Custom = "{\"x_form\":\"纸质\"}";
        Assert.NotEqual(before, WaybillUndo.Sum(line));
    }
}
