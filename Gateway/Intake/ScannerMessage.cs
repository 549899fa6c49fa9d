using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Intake;

/// <summary>A scanner's message, understood: its topic and payload are what the contract says. What it may effect is not decided yet.</summary>
/// <param name="Key">The device's own id of the message; null where the last one wins.</param>
/// <param name="Fingerprint">What a repeat under the same key must agree with.</param>
internal abstract record ScannerMessage(string Device, string? Key, string Fingerprint);

internal sealed record StatusMessage(string Device, bool IsOnline, DeviceReport Report) : ScannerMessage(Device, null, "");

internal sealed record EnrollmentMessage(string Device, string Key, string Fingerprint, string Enrollment, EnrollmentInput Input)
    : ScannerMessage(Device, Key, Fingerprint);

internal sealed record AnswerMessage(string Device, string Key, string Fingerprint, string Command, bool Ok, string? Reason, EventSource Source)
    : ScannerMessage(Device, Key, Fingerprint);

/// <summary>Not what the contract says. The sentence names the field.</summary>
internal sealed class MalformedMessageException(string sentence) : Exception(sentence);
