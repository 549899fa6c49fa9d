using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Modules.Enrollments;
using Gateway.Storage;
using Gateway.Tracing;

namespace Gateway.Operations;

/// <summary>`gateway trace ID`: where each scan of an enrollment went, from the service on this machine if it answers, else from the data folder.</summary>
internal static class TraceCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        if (args is not [{ Length: > 0 } id, .. var rest] || id.StartsWith('-'))
        {
            throw new SettingException(["Say which: trace ID, with the id of an enrollment."]);
        }

        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).AddEnvironmentVariables().AddCommandLine(rest).Build();
        var settings = Settings.Read(configuration, rest);
        var asked = await AskAsync(settings, id);
        if (asked is { Trace: { } told })
        {
            TraceText.Write(told, output);
            return 0;
        }

        return await ReadAsync(settings, id, asked.Refusal, output);
    }

    private static async Task<int> ReadAsync(Settings settings, string id, string? refusal, TextWriter output)
    {
        if (!File.Exists(Path.Combine(settings.Data.Folder, "gateway.db")))
        {
            throw new SettingException(
                "Data:Path",
                refusal ?? $"no service answers here, and there is no gateway's data in {settings.Data.Folder}; give its settings, as at its start.");
        }

        await using var kept = KeptJournal.Open(settings.Data.Folder);
        var tracer = new Tracer(kept.Journal, new Receipts(kept.Receipts, [new EnrollmentKind()], TimeProvider.System), new(TimeProvider.System));
        if (await tracer.FactsAsync(id, CancellationToken.None) is not { } facts)
        {
            output.WriteLine(TraceEndpoints.Unknown(id, tracer.Misfits(id)));
            return 1;
        }

        output.WriteLine($"from {settings.Data.Folder}; the service was not asked");
        TraceText.Write(TraceRules.Explain(facts, TimeProvider.System.GetUtcNow()), output);
        return 0;
    }

    /// <summary>Neither a trace nor a refusal: it does not answer, or not to us.</summary>
    private static async Task<(Trace? Trace, string? Refusal)> AskAsync(Settings settings, string id)
    {
        if (settings.Http.Port <= 0)
        {
            return (null, null);
        }

        using var http = new HttpClient { Timeout = Patience };
        if (settings.Access.AdminToken is { } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            var host = settings.Http.Address is { Length: > 0 } address and not ("0.0.0.0" or "::" or "*") ? address : "127.0.0.1";
            var uri = new UriBuilder("http", host, settings.Http.Port, $"/api/enrollments/{Uri.EscapeDataString(id)}/trace").Uri;
            using var response = await http.GetAsync(uri);
            var body = await response.Content.ReadAsByteArrayAsync();
            return response.StatusCode switch
            {
                HttpStatusCode.OK => (ContractJson.Read<Trace>(body), null),
                HttpStatusCode.NotFound when ContractJson.Parse(body).TryGetProperty("detail", out var detail) => (null, ContractJson.TextOf(detail)),
                _ => (null, null),
            };
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or TaskCanceledException or JsonException)
        {
            return (null, null);
        }
    }
}
