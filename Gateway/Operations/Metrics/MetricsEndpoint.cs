namespace Gateway.Operations.Metrics;

/// <summary>GET /metrics. Who may ask is decided at the door, with everything else.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapMethods("/metrics", Health.GetAndHead, Answer);

    private static IResult Answer(MetricsBoard board, ILogger<MetricsBoard> log)
    {
        var (text, failure) = board.Read();
        if (failure is not null)
        {
            OperationsLog.FigureFailed(log, failure, failure.Message);
        }

        return Results.Text(text, MetricsText.ContentType);
    }
}
