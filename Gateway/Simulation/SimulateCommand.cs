using System.Globalization;
using System.Net;
using Gateway.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Simulation;

/// <summary>`gateway simulate`: scanners and pages against any gateway, with faults if asked for; tells each second how it goes.</summary>
internal static class SimulateCommand
{
    private const int DefaultMqttPort = 1883;

    private static readonly string[] Known =
        ["--url", "--mqtt", "--token", "--scanners", "--rate", "--enrollments", "--pace", "--retries", "--faults", "--seed"];

    /// <summary>0 when enrollments ended, and every one of them right.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var options = Read(args);
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var load = new EnrollmentLoad(options, time, NullLogger.Instance);
        await output.WriteLineAsync($"{options.Scanners} scanners against {options.Mqtt} and {options.Url}; Ctrl+C ends it.");
        var running = load.RunAsync(stop.Token);
        try
        {
            using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
            while (await second.WaitForNextTickAsync(stop.Token) && !running.IsCompleted)
            {
                await output.WriteLineAsync(load.Report.Line(time.GetElapsedTime(began)));
            }

            await running;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await output.WriteLineAsync(load.Report.Line(time.GetElapsedTime(began)));
        foreach (var wrong in load.Report.Wrongs)
        {
            await output.WriteLineAsync(wrong);
        }

        await output.WriteLineAsync(load.Report.Verdict());
        return load.Report is { Wrongs.Count: 0, Ended: > 0 } ? 0 : 1;
    }

    /// <exception cref="SettingException">Something given is wrong; all of it is listed.</exception>
    public static LoadOptions Read(string[] args)
    {
        var given = new Dictionary<string, string>();
        var faults = new List<string>();
        for (var at = 0; at < args.Length; at += 2)
        {
            if (!Known.Contains(args[at]) || at + 1 == args.Length)
            {
                faults.Add(at + 1 == args.Length && Known.Contains(args[at])
                    ? $"{args[at]}: its value is missing."
                    : $"{args[at]}: is not known to simulate; it takes {string.Join(", ", Known)}.");
            }
            else
            {
                given[args[at]] = args[at + 1];
            }
        }

        var options = new Reader(given, faults).Read();
        return faults.Count == 0 ? options : throw new SettingException(faults);
    }

    private sealed class Reader(Dictionary<string, string> given, List<string> faults)
    {
        public LoadOptions Read()
        {
            var url = Of("--url", new("http://localhost:8080"), text => Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && uri.Scheme is "http" or "https" ? uri : throw new FormatException($"'{text}' is no http or https address."));
            var mqtt = Of("--mqtt", EndPointOf(url.Host), EndPointOf);
            return new(url, mqtt, given.GetValueOrDefault("--token"))
            {
                Scanners = Of("--scanners", 10, text => (int)Number(text, 1, 10_000)),
                Rate = Of("--rate", 1.0, text => Number(text, 0, 10_000)),
                Enrollments = Of<int?>("--enrollments", null, text => (int)Number(text, 1, int.MaxValue)),
                Pace = TimeSpan.FromSeconds(Of("--pace", 1.2, text => Number(text, 0.001, 60))),
                RetryChance = Of("--retries", 0.1, text => Number(text, 0, 1)),
                Faults = Of("--faults", Faults.None, Faults.Parse),
                Seed = Of<int?>("--seed", null, text => (int)Number(text, 0, int.MaxValue)),
            };
        }

        private static double Number(string text, double min, double max) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                ? number
                : throw new FormatException(FormattableString.Invariant($"'{text}' is no number from {min} to {max}."));

        private static EndPoint EndPointOf(string text)
        {
            var (host, port) = text.Split(':') switch
            {
                [var name, var number] => (name, (int)Number(number, 1, 65_535)),
                _ => (text, DefaultMqttPort),
            };
            return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
        }

        private T Of<T>(string name, T otherwise, Func<string, T> read)
        {
            try
            {
                return given.TryGetValue(name, out var text) ? read(text) : otherwise;
            }
            catch (FormatException wrong)
            {
                faults.Add($"{name}: {wrong.Message}");
                return otherwise;
            }
        }
    }
}
