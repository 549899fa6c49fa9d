using Gateway.Storage;
using Gateway.Storage.Sqlite;

namespace Gateway.Operations;

/// <summary>Whether the parts serve; a part that does not is named with its reason.</summary>
internal sealed class Health(StoreWriter writer, IntegrityCheck check, IWebHostEnvironment pages)
{
    // Set by the lifecycle: true between start and drain.
    private volatile bool _isServing;

    public void Serving(bool isServing) => _isServing = isServing;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Json(new { status = "alive" }));
        routes.MapGet("/readyz", () => Fault() is { } fault
            ? Results.Json(new { status = "not ready", part = fault.Part, reason = fault.Reason }, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new { status = "ready" }));
    }

    private (string Part, string Reason)? Fault()
    {
        if (!_isServing)
        {
            return ("broker", "starting or stopping");
        }

        if (writer.Failure is { } failure)
        {
            return ("journal", failure.Message);
        }

        if (check.Damage is { } damage)
        {
            return ("journal", damage);
        }

        return pages.WebRootFileProvider.GetFileInfo("index.html").Exists ? null : ("pages", "index.html is missing beside the program");
    }
}
