namespace Gateway.Modules.Devices;

/// <summary>Says commands in the words of scanners that do not know ours, besides in ours.</summary>
internal interface ICommandTranslation
{
    IEnumerable<(string Topic, byte[] Payload)> Translate(DeviceCommand command, DateTimeOffset now);
}
