using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;

namespace RailCrm.Platform;

/// <summary>The keys of Data Protection lie in the database; with a certificate of the configuration they lie there encrypted, so that a copy of the database alone reads nothing.</summary>
/// <remarks><c>Keys:Certificate</c> is a PFX file and <c>Keys:Password</c> its password; <c>Keys:Former:0</c> and on are files, with the same password, under which earlier keys were written.</remarks>
internal static class DataKeys
{
    public static void Protect(IDataProtectionBuilder builder, IConfiguration configuration)
    {
        if (configuration["Keys:Certificate"] is not { Length: > 0 } path)
        {
            return;
        }

        X509Certificate2 Read(string file) => X509CertificateLoader.LoadPkcs12FromFile(file, configuration["Keys:Password"]);
        builder.ProtectKeysWithCertificate(Read(path));
        if (configuration.GetSection("Keys:Former").Get<string[]>() is { Length: > 0 } former)
        {
            builder.UnprotectKeysWithAnyCertificate([.. former.Prepend(path).Select(Read)]);
        }
    }
}
