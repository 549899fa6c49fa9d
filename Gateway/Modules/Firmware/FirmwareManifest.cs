using System.Security.Cryptography;
using System.Text;
using Gateway.Contract;

namespace Gateway.Modules.Firmware;

/// <summary>A firmware as its maker signed it; in these words it is served to scanners.</summary>
/// <param name="Counter">Rises with every firmware: no scanner goes back.</param>
/// <param name="Signature">Hex of DER, over <see cref="SignedText"/>.</param>
internal sealed record FirmwareManifest(string Version, long Counter, int Size, string Sha256, string File, string Signature)
{
    /// <summary>An app partition of the scanners.</summary>
    public const int LargestImage = 0x180000;

    private const int MaxVersion = 32;
    private const int MaxFile = 64;
    private const int MinSignature = 8;
    private const int MaxSignature = 72;

    /// <exception cref="RequestRefusedException">It is not what a scanner would take.</exception>
    public static FirmwareManifest Read(RequestBody body, ReadOnlySpan<byte> image)
    {
        var manifest = new FirmwareManifest(
            body.Text("version", MaxVersion),
            body.OptionalLong("counter", 1, uint.MaxValue) ?? throw Missing("counter"),
            body.OptionalNumber("size", 1, LargestImage) ?? throw Missing("size"),
            body.Text("sha256", 64),
            body.Text("file", MaxFile),
            body.Text("signature", 2 * MaxSignature));
        if (!IsPlain(manifest.Version) || !IsPlain(manifest.File) || IsManifests(manifest.File))
        {
            throw RequestRefusedException.Invalid(
                IsPlain(manifest.Version) ? "file" : "version",
                $"version and file are of letters, digits, '-', '_' and '.', neither '.' nor with '..' in it, and file is not {FirmwareOffers.Manifest}.");
        }

        if (manifest.Size != image.Length)
        {
            throw RequestRefusedException.Invalid("size", $"size is {manifest.Size}, but the image has {image.Length} bytes.");
        }

        if (manifest.Sha256 != Convert.ToHexStringLower(SHA256.HashData(image)))
        {
            throw RequestRefusedException.Invalid("sha256", "sha256 is not the image's, in 64 lower-case hex digits.");
        }

        return IsHex(manifest.Signature) && manifest.Signature.Length is >= 2 * MinSignature ? manifest
            : throw RequestRefusedException.Invalid("signature", "signature is hex of a DER signature, in lower case.");
    }

    public byte[] SignedText() => Encoding.UTF8.GetBytes($"scanner-firmware\n{Version}\n{Counter}\n{Size}\n{Sha256}\n{File}\n");

    private static RequestRefusedException Missing(string field) => RequestRefusedException.Invalid(field, $"{field} is missing.");

    // Paths are matched without regard to case.
    private static bool IsManifests(string file) => file.Equals(FirmwareOffers.Manifest, StringComparison.OrdinalIgnoreCase);

    // A dot alone is taken out of a path on its way.
    private static bool IsPlain(string name) => name != "." && !name.Contains("..", StringComparison.Ordinal)
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static bool IsHex(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigitLower);
}
