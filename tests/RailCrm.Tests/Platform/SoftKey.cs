using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RailCrm.Tests.Platform;

/// <summary>An authenticator in software: one key pair (ES256) of one account, which answers as a device would.</summary>
internal sealed class SoftKey(Uri site) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);

    /// <summary>How often it signed; zero where it does not count.</summary>
    public uint Count { get; set; }

    /// <summary>Whether it checks finger, face or PIN.</summary>
    public bool Verifies { get; set; } = true;

    /// <summary>Whom it speaks for, as the server named him.</summary>
    public string User { get; set; } = "";

    /// <summary>The answer to a challenge to be made.</summary>
    public string Create(JsonNode options)
    {
        User = (string)options["user"]!["id"]!;
        var point = _key.ExportParameters(false).Q;
        byte[] cose = [0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32, .. point.X!, 0x22, 0x58, 32, .. point.Y!];
        byte[] data = [.. Data(0x40), .. new byte[16], 0, (byte)_id.Length, .. _id, .. cose];
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Said(new() { ["clientDataJSON"] = Text(Client("webauthn.create", options)), ["attestationObject"] = Text(attestation), ["transports"] = new JsonArray("internal") });
    }

    /// <summary>The answer to a challenge at the door.</summary>
    public string Get(JsonNode options)
    {
        var (data, client) = (Data(0), Client("webauthn.get", options));
        return Said(new()
        {
            ["clientDataJSON"] = Text(client), ["authenticatorData"] = Text(data), ["userHandle"] = User,
            ["signature"] = Text(_key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        });
    }

    private byte[] Data(byte more)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(site.Host)), (byte)(0x01 | (Verifies ? 0x04 : 0) | more), .. count];
    }

    private byte[] Client(string type, JsonNode options) =>
        Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["challenge"] = (string)options["challenge"]!, ["origin"] = site.GetLeftPart(UriPartial.Authority), ["crossOrigin"] = false }.ToJsonString());

    private string Said(JsonObject response) => new JsonObject
    {
        ["id"] = Text(_id), ["rawId"] = Text(_id), ["type"] = "public-key", ["response"] = response, ["clientExtensionResults"] = new JsonObject(),
    }.ToJsonString();

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose() => _key.Dispose();
}
