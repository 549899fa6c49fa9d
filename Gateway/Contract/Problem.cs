namespace Gateway.Contract;

/// <summary>Errors as the contract gives them: RFC 9457 problem documents with a stable code.</summary>
internal static class Problem
{
    public static IResult Of(int status, string code, string detail, string? field = null, IReadOnlyDictionary<string, object?>? extra = null)
    {
        var extensions = new Dictionary<string, object?>(extra ?? new Dictionary<string, object?>()) { ["code"] = code };
        if (field is not null)
        {
            extensions["field"] = field;
        }

        var problem = Results.Problem(detail, statusCode: status, title: code.Replace('_', ' '), type: "about:blank", extensions: extensions);
        return status switch
        {
            StatusCodes.Status429TooManyRequests => new Later(problem, Seconds: 10),
            StatusCodes.Status503ServiceUnavailable => new Later(problem, Seconds: 2),
            _ => problem,
        };
    }

    /// <summary>What may be tried again says when, unless somebody has said so who knows better.</summary>
    private sealed record Later(IResult Problem, int Seconds) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            if (context.Response.Headers.RetryAfter.Count == 0)
            {
                context.Response.Headers.RetryAfter = $"{Seconds}";
            }

            return Problem.ExecuteAsync(context);
        }
    }
}
