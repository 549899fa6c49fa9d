using Microsoft.AspNetCore.ResponseCompression;

namespace Gateway.Operations;

/// <summary>The pages' own files, compressed on the wire. Only they are: an answer that bears data never meets a compressor beside a secret.</summary>
internal static class Pages
{
    public static IServiceCollection AddPages(this IServiceCollection services) => services.AddResponseCompression(compression =>
    {
        compression.EnableForHttps = true;
        compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/manifest+json", "image/svg+xml"];
    });

    public static void UsePages(this WebApplication app) => app.UseWhen(IsFile, branch => branch
        .UseResponseCompression()
        .UseDefaultFiles()
        .UseStaticFiles(new StaticFileOptions
        {
            // The pages change with the program: a browser asks each time, and is told "not modified" in a millisecond.
            OnPrepareResponse = response => response.Context.Response.Headers.CacheControl = "no-cache",
        }));

    private static bool IsFile(HttpContext context) => (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && !Array.Exists(["/api", "/ws", "/mqtt", "/metrics", "/firmware"],
            path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}
