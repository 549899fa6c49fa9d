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

        return Results.Problem(detail, statusCode: status, title: code.Replace('_', ' '), type: "about:blank", extensions: extensions);
    }
}
