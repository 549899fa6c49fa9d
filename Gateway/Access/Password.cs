using System.Globalization;
using System.Security.Cryptography;

namespace Gateway.Access;

/// <summary>Passwords of people, as PBKDF2 keeps them: slow to try, different for the same word.</summary>
internal static class Password
{
    public const int Shortest = 10;
    public const int Longest = 256;

    private const int Iterations = 210_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>To be compared with for a user who does not exist: the time of the answer tells nothing.</summary>
    public static readonly string OfNobody = Keep(Secret.Make());

    public static string Keep(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA512, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"pbkdf2-sha512${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    public static bool IsRight(string password, string kept)
    {
        if (kept.Split('$') is not ["pbkdf2-sha512", var iterations, var salt, var hash])
        {
            return false;
        }

        var expected = Convert.FromBase64String(hash);
        var tried = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(salt), int.Parse(iterations, CultureInfo.InvariantCulture), HashAlgorithmName.SHA512, expected.Length);
        return CryptographicOperations.FixedTimeEquals(tried, expected);
    }
}
