namespace Gateway.Contract;

/// <summary>The service cannot start as it is set: a sentence a fault, each naming its setting. Printed without a stack trace.</summary>
internal sealed class SettingException(IReadOnlyList<string> sentences) : Exception(string.Join('\n', sentences))
{
    public SettingException(string setting, string sentence)
        : this([$"{setting}: {sentence}"])
    {
    }
}
