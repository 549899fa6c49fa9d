using System.Security.Cryptography;
using Gateway.Contract;

namespace Gateway.Modules.Firmware;

/// <summary>Section <c>Firmware</c>.</summary>
internal sealed record FirmwareOptions : ICheckedOptions
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>PEM file with the public half of the key that signs firmware; null: signatures are passed on, and judged by the scanners alone.</summary>
    public string? PublicKey { get; init; }

    public IEnumerable<string> Faults()
    {
        if (PublicKey is not null && Fault() is { } fault)
        {
            yield return $"Firmware:PublicKey: {fault}";
        }
    }

    /// <summary>As scanners check it: ECDSA over P-256 and SHA-256, in DER. True where no key was given to check with.</summary>
    internal bool IsSigned(FirmwareManifest manifest)
    {
        if (PublicKey is null)
        {
            return true;
        }

        using var key = OpenNow(PublicKey);
        return key.VerifyData(
            manifest.SignedText(), Convert.FromHexString(manifest.Signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <exception cref="RequestRefusedException">The file is no longer what it was at the start.</exception>
    private static ECDsa OpenNow(string file)
    {
        try
        {
            return Open(file);
        }
        catch (Exception error) when (IsUnusable(error))
        {
            throw new RequestRefusedException(
                StatusCodes.Status503ServiceUnavailable, "unavailable", "The key in Firmware:PublicKey cannot be read, so no signature can be checked.");
        }
    }

    private static ECDsa Open(string file)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key;
    }

    private string? Fault()
    {
        try
        {
            using var key = Open(PublicKey!);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve.Oid;
            return curve.Value == P256 ? null : $"{PublicKey} holds a key of the curve {curve.FriendlyName ?? curve.Value}; scanners check with P-256.";
        }
        catch (Exception error) when (IsUnusable(error))
        {
            return $"{PublicKey} holds no public key in PEM: {error.Message}";
        }
    }

    private static bool IsUnusable(Exception error) => error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
