using Gateway.Modules;
using Gateway.Modules.CheckIns;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Support;

/// <summary>What the modules make of a topic and its payload, as far as no one carries it out.</summary>
internal static class SomeTopics
{
    private static readonly IModuleTopics[] Modules = [new DeviceTopics(null!, new(), [], []), new EnrollmentTopics(null!), new CheckInTopics(null!, null!)];

    public static ModuleMessage? Read(string topic, byte[] payload) =>
        Modules.Select(module => module.Read(topic, payload, new(Some.Now, "device:door-1"))).FirstOrDefault(message => message is not null);
}
