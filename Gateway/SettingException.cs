namespace Gateway;

/// <summary>The service cannot start as it is set: one sentence that names the setting. Printed without a stack trace.</summary>
internal sealed class SettingException(string setting, string sentence) : Exception($"{setting}: {sentence}");
