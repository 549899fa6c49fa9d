using System.Diagnostics;

namespace Gateway.Tests.Support;

/// <summary>Debian's mosquitto clients: MQTT that we did not write.</summary>
internal static class Mosquitto
{
    /// <summary>Publishes with QoS 1 and returns when the PUBACK is there; its output tells the reason code.</summary>
    public static async Task<string> PublishAsync(int port, string topic, string payload, params string[] more)
    {
        var (output, errors) = await RunAsync("mosquitto_pub", ["-h", "127.0.0.1", "-p", port.ToString(), "-q", "1", "-t", topic, "-m", payload, .. more]);
        return output + errors;
    }

    /// <summary>Publishes one after another over one connection, as a scanner does; with QoS 0 unless told otherwise.</summary>
    public static Task PublishLinesAsync(int port, string topic, IEnumerable<string> payloads, params string[] more) =>
        RunAsync("mosquitto_pub", ["-h", "127.0.0.1", "-p", port.ToString(), "-t", topic, "-l", .. more], string.Join('\n', payloads) + '\n');

    /// <summary>The messages that arrive, each as "topic payload"; ends after that many, or after two seconds.</summary>
    public static async Task<IReadOnlyList<string>> SubscribeAsync(int port, string filter, int count, params string[] more)
    {
        var (output, _) = await RunAsync(
            "mosquitto_sub", ["-h", "127.0.0.1", "-p", port.ToString(), "-v", "-q", "1", "-t", filter, "-C", count.ToString(), "-W", "2", .. more]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Subscribes, and ends with the answer to that.</summary>
    public static async Task<string> AskAsync(int port, string filter, params string[] more)
    {
        var (output, errors) = await RunAsync("mosquitto_sub", ["-h", "127.0.0.1", "-p", port.ToString(), "-q", "1", "-E", "-t", filter, .. more]);
        return output + errors;
    }

    /// <summary>What is retained, and nothing that is live: all of it comes within the second.</summary>
    public static async Task<IReadOnlyList<string>> RetainedAsync(int port, string filter, params string[] more)
    {
        var (output, _) = await RunAsync(
            "mosquitto_sub", ["-h", "127.0.0.1", "-p", port.ToString(), "-v", "-q", "1", "-t", filter, "--retained-only", "-W", "1", .. more]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A subscriber that goes on until it is disposed.</summary>
    public static Listener Listen(int port, string filter, params string[] more) => new(port, filter, more);

    private static async Task<(string Output, string Errors)> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        return (await output, await errors);
    }

    internal sealed class Listener : IAsyncDisposable
    {
        private readonly Process _process;

        public Listener(int port, string filter, string[] more)
        {
            _process = Process.Start(new ProcessStartInfo(
                "mosquitto_sub", ["-h", "127.0.0.1", "-p", port.ToString(), "-v", "-q", "1", "-t", filter, .. more])
            { UseShellExecute = false, RedirectStandardOutput = true })!;
        }

        public bool HasEnded => _process.HasExited;

        /// <summary>The next message whose topic begins so, as "topic payload".</summary>
        public async Task<string> NextAsync(string beginning)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return line;
                }
            }

            throw new InvalidOperationException($"mosquitto_sub ended before a line that begins with {beginning}");
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
        }
    }
}
