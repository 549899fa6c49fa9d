namespace Gateway.Access;

/// <summary>Topics that a device has beside its own ones, by the settings.</summary>
internal interface IDeviceTopics
{
    bool MayPublish(string device, string topic);

    bool MaySubscribe(string device, string filter);
}
