using System.Text.RegularExpressions;
using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>The one place where a request that failed gets its answer: the refusal as it is, everything else without a word of our insides.</summary>
internal static partial class Failures
{
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentType: null, StatusCode: >= 400 } response)
            {
                await Plain(response.StatusCode).ExecuteAsync(context);
            }
        }
        catch (RequestRefusedException refused) when (!context.Response.HasStarted)
        {
            await refused.ToResult().ExecuteAsync(context);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            if (bad.StatusCode == StatusCodes.Status408RequestTimeout)
            {
                var book = context.RequestServices.GetRequiredService<LimitBook>();
                book.Bit("slow_body", book.KeyOf(context.Connection.RemoteIpAddress) ?? "this machine");
            }

            await Explain(bad).ExecuteAsync(context);
        }
        catch (Journal.JournalUnavailableException unavailable) when (!context.Response.HasStarted)
        {
            await Problem.Of(StatusCodes.Status503ServiceUnavailable, "unavailable", unavailable.Message).ExecuteAsync(context);
        }
        catch (Exception defect) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var log = context.RequestServices.GetRequiredService<ILogger<WebGuard>>();
            OperationsLog.RequestFailed(log, defect, context.Request.Method, context.Request.Path);
            await Problem.Of(StatusCodes.Status500InternalServerError, "internal", "The service failed to answer; its log says why.").ExecuteAsync(context);
        }
    }

    private static IResult Explain(BadHttpRequestException bad)
    {
        if (QueryParameter().Match(bad.Message) is { Success: true } parameter)
        {
            var name = parameter.Groups["name"].Value;
            return Problem.Of(StatusCodes.Status400BadRequest, "invalid", $"{name} is no number that fits.", name);
        }

        return Problem.Of(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_big" : "invalid", bad.Message);
    }

    /// <summary>How the framework names a parameter of the query that does not fit its type.</summary>
    [GeneratedRegex("""^Failed to bind parameter "\S+ (?<name>\w+)" from""", RegexOptions.None, 1000)]
    private static partial Regex QueryParameter();

    private static IResult Plain(int status) => status switch
    {
        StatusCodes.Status404NotFound => Problem.Of(status, "unknown_path", "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed => Problem.Of(status, "invalid", "This path does not know this method."),
        _ => Problem.Of(status, "invalid", "The request cannot be answered."),
    };
}
