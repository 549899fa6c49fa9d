namespace Gateway.Modules.Enrollments;

/// <summary>Section <c>Enrollment</c>.</summary>
internal sealed record EnrollmentOptions
{
    /// <summary>Seconds from the request to the end of the scanner's lease, whatever happens.</summary>
    public int LeaseSeconds { get; init; } = 300;

    /// <summary>Seconds without any page after the last one left; then the enrollment is cancelled.</summary>
    public int AbandonSeconds { get; init; } = 60;

    /// <summary>Seconds that the retained state of an ended enrollment stays for programs that know MQTT only.</summary>
    public int StateSeconds { get; init; } = 600;

    internal TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    internal TimeSpan KeepState => TimeSpan.FromSeconds(StateSeconds);

    internal EnrollmentTimes Times => new(TimeSpan.FromSeconds(AbandonSeconds));
}
