namespace Gateway.Contract;

/// <summary>A request that cannot be done, for a reason its sender can act on. Thrown where it is found, answered at one place.</summary>
internal sealed class RequestRefusedException(int status, string code, string detail, string? field = null, IReadOnlyDictionary<string, object?>? extra = null)
    : Exception(detail)
{
    public int Status => status;

    public string Code => code;

    public string? Field => @field;

    public IReadOnlyDictionary<string, object?>? Extra => extra;

    public IResult ToResult() => Problem.Of(status, code, Message, @field, extra);

    public static RequestRefusedException Invalid(string field, string detail) => new(StatusCodes.Status400BadRequest, "invalid", detail, field);

    public static RequestRefusedException NotJson() =>
        new(StatusCodes.Status415UnsupportedMediaType, "invalid", "Send the body as application/json.", "Content-Type");

    public static RequestRefusedException Unknown(string kind, string id) =>
        new(StatusCodes.Status404NotFound, $"unknown_{kind}", $"There is no {kind} '{id}'.");
}
