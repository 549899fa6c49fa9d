using System.Security.Cryptography;
using System.Text;

namespace Gateway.Modules.Webhooks;

/// <summary>How a delivery is signed and when it is tried again: pure.</summary>
internal static class WebhookRules
{
    private const string SecretPrefix = "whsec_";

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>As the Standard Webhooks specification has it: HMAC-SHA256 over id, time and body.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";
    }

    /// <param name="attempts">Those that failed, one or more.</param>
    /// <param name="chance">From 0 to 1; spreads receivers that failed together.</param>
    public static TimeSpan WaitAfter(int attempts, double chance)
    {
        var full = attempts > 20 ? LongestWait : TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (attempts - 1), LongestWait.Ticks));
        return full * (0.5 + (chance / 2));
    }
}
