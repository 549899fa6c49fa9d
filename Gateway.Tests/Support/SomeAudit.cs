using Gateway.Access;
using Gateway.Intake;
using Gateway.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Support;

/// <summary>The audit trail over a test's journal.</summary>
internal static class SomeAudit
{
    public static AuditTrail Trail(IJournal journal, TimeProvider time) =>
        new(journal, new(new(), time, NullLogger<LimitBook>.Instance), time, NullLogger<AuditTrail>.Instance);

    public static PublishedActs Acts(IJournal journal, TimeProvider time) => new(Trail(journal, time));
}
