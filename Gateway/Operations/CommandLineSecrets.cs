namespace Gateway.Operations;

/// <summary>Secrets that were given where <c>ps</c> shows them to everybody on the machine.</summary>
internal static class CommandLineSecrets
{
    private static readonly string[] Settings = ["Access:AdminToken", "Tls:Password"];

    public static void Tell(IReadOnlyList<string> args, ILogger log)
    {
        foreach (var setting in Settings.Where(setting => args.Any(word => Names(word, setting))))
        {
            OperationsLog.SecretOnCommandLine(log, setting, setting.Replace(":", "__", StringComparison.Ordinal));
        }
    }

    private static bool Names(string word, string setting) =>
        word.TrimStart('-', '/').Split('=')[0].Replace("__", ":", StringComparison.Ordinal).Equals(setting, StringComparison.OrdinalIgnoreCase);
}
