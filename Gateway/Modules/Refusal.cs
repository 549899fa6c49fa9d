namespace Gateway.Modules;

/// <summary>Why a message changes nothing: the codes of the quarantine.</summary>
internal enum RefusalCode
{
    Malformed,
    UnknownDevice,
    UnknownEnrollment,
    WrongDevice,
    WrongSlot,
    StepOutOfRange,
    Terminal,
    Late,
    IdReused,
    Forbidden,
}

/// <param name="Message">One sentence for the person who looks into the quarantine.</param>
internal sealed record Refusal(RefusalCode Code, string Message);
