using Gateway.Storage;
using Gateway.Storage.Sqlite;

namespace Gateway.Operations;

/// <summary>Whether the parts serve; a part that does not is named with its reason.</summary>
internal sealed class Health(StoreWriter writer, IntegrityCheck check, IWebHostEnvironment pages)
{
    // Balancers and monitors ask with either.
    public static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    // Set by the lifecycle: true between start and drain.
    private volatile bool _isServing;

    public void Serving(bool isServing) => _isServing = isServing;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", GetAndHead, () => Results.Json(new { status = "alive" }));
        routes.MapMethods("/readyz", GetAndHead, () => Fault() is { } fault
            ? Results.Json(new { status = "not ready", part = fault.Part, reason = fault.Reason }, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new { status = "ready" }));
    }

    private (string Part, string Reason)? Fault()
    {
        if (!_isServing)
        {
            return ("broker", "starting or stopping");
        }

        if (writer.Failure is not null)
        {
            // Strangers read this: where and why is the log's to tell.
            return ("journal", "nothing can be written; the log says why");
        }

        if (check.Damage is not null)
        {
            return ("journal", "the database is damaged; the log says how, and what to do");
        }

        return pages.WebRootFileProvider.GetFileInfo("index.html").Exists ? null : ("pages", "index.html is missing beside the program");
    }
}
