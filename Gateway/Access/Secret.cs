using System.Security.Cryptography;
using System.Text;

namespace Gateway.Access;

/// <summary>Makes secrets and keeps only their hashes. Each has 256 random bits, so a plain hash cannot be searched.</summary>
internal static class Secret
{
    private const int Bytes = 32;

    public static string Make() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static string Hash(ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static string Hash(string secret) => Hash(Encoding.UTF8.GetBytes(secret));

    /// <summary>In a time that does not tell how much of it was right.</summary>
    public static bool Matches(string hash, string? expected) =>
        expected is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(expected));
}
