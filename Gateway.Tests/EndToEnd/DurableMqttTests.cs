using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>An acknowledgement means on disk, for ordinary MQTT as well: what was acknowledged is there after a kill.</summary>
public sealed class DurableMqttTests() : ServiceTest(Anonymous)
{
    [Test]
    public async Task Retained_KilledAfterThePubAck_IsThere()
    {
        await Mosquitto.PublishAsync(Service.MqttPort, "room/light", "on", "-r");
        await KillAndStartAsync();
        Assert.That(await Mosquitto.SubscribeAsync(Service.MqttPort, "room/light", 1), Is.EqualTo(new[] { "room/light on" }));
    }

    [TestCase("1")]
    [TestCase("2")]
    [Category("Slow")]
    public async Task Queued_KilledAfterTheAcknowledgements_ArrivesOnceAndInOrder(string qos)
    {
        string[] session = ["-i", "reader", "-c", "-q", qos];
        await Mosquitto.SubscribeAsync(Service.MqttPort, "room/#", 1, [.. session, "-E"]);
        for (var i = 1; i <= 5; i++)
        {
            await Mosquitto.PublishAsync(Service.MqttPort, "room/light", $"{i}", "-q", qos);
            if (i == 3)
            {
                await KillAndStartAsync();
            }
        }

        await KillAndStartAsync();
        var arrived = await Mosquitto.SubscribeAsync(Service.MqttPort, "room/#", 6, session);
        Assert.That(arrived, Is.EqualTo(new[] { "room/light 1", "room/light 2", "room/light 3", "room/light 4", "room/light 5" }));
    }

    [Test]
    public async Task Will_OfAScannerKilledWithTheService_TellsThatItIsGone()
    {
        var lasting = new Properties { SessionExpiry = 3_600 };
        var will = new WillPacket("scanners/lab-1/status", """{"id":"1-0","state":"offline"}"""u8.ToArray(), 1, Retain: true, Properties.None);
        using var scanner = await RawClient.OpenAsync(Service.MqttPort);
        await scanner.ConnectAsync(RawClient.Hello("lab-1", clean: false) with { Properties = lasting, Will = will });
        await scanner.PublishAsync("scanners/lab-1/status", """{"id":"1-1","state":"online"}""", qos: 1, retain: true);
        await scanner.ReadAckAsync();
        await KillAndStartAsync();
        await Eventually.HoldsAsync(async () => !await IsOnlineAsync("lab-1"), "its will makes it offline");
    }

    private async Task<bool> IsOnlineAsync(string device) => (bool)(await Service.GetAsync($"api/devices/{device}"))["state"]!["online"]!;
}
