using System.Diagnostics.Metrics;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>What the intake tells operators of itself.</summary>
internal sealed class IntakeMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Intake");
    private readonly Counter<long> _quarantined;

    public IntakeMeters() =>
        _quarantined = _meter.CreateCounter<long>("gateway_intake_quarantined_total", null, "Messages that did not fit, by code.");

    public void Quarantined(RefusalCode code) => _quarantined.Add(1, new KeyValuePair<string, object?>("code", Quarantine.NameOf(code)));

    public void Dispose() => _meter.Dispose();
}
