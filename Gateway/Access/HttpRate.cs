using System.Globalization;
using System.Threading.RateLimiting;
using Gateway.Contract;
using Microsoft.AspNetCore.RateLimiting;

namespace Gateway.Access;

/// <summary>HTTP requests per address: the framework's rate limiter, asked before anything else is done for a request.</summary>
internal static class HttpRate
{
    public static IServiceCollection AddHttpRate(this IServiceCollection services, LimitsOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            options is { HttpRate: > 0, HttpBurst: > 0 }
            && context.RequestServices.GetRequiredService<LimitBook>().KeyOf(context.Connection.RemoteIpAddress) is { } key
                ? RateLimitPartition.GetTokenBucketLimiter(key, _ => Bucket(options))
                : RateLimitPartition.GetNoLimiter(""));
        limiter.OnRejected = RefuseAsync;
    });

    private static TokenBucketRateLimiterOptions Bucket(LimitsOptions options) => new()
    {
        TokenLimit = options.HttpBurst,
        TokensPerPeriod = options.HttpRate,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    };

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellation)
    {
        var context = rejected.HttpContext;
        context.RequestServices.GetRequiredService<LimitBook>().Bit("http_rate", Network.Text(context.Connection.RemoteIpAddress) ?? "");
        RetryAfter(context, TimeSpan.FromSeconds(1));
        await Problem.Of(StatusCodes.Status429TooManyRequests, "limited", "Too many requests from this address.").ExecuteAsync(context);
    }

    /// <summary>How long to wait, in whole seconds.</summary>
    public static void RetryAfter(HttpContext context, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
