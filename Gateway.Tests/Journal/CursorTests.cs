using Gateway.Journal;

namespace Gateway.Tests.Journal;

public sealed class CursorTests
{
    private const string Epoch = "e";

    // Head 7 in each; the cursor that delivery starts after, and why it is a reset.
    [TestCase(null, null, 1, 7, "None", TestName = "Cursor_Absent_GoesOnLive")]
    [TestCase(Epoch, null, 1, 7, "None", TestName = "Cursor_AbsentWithItsEpoch_GoesOnLive")]
    [TestCase("other", null, 1, 7, "None", TestName = "Cursor_AbsentOfAnotherEpoch_GoesOnLive")]
    [TestCase(Epoch, 0L, 1, 0, "None", TestName = "Cursor_Zero_GetsAll")]
    [TestCase(null, 0L, 1, 0, "None", TestName = "Cursor_ZeroWithoutEpoch_GetsAll")]
    [TestCase("other", 0L, 1, 0, "None", TestName = "Cursor_ZeroOfAnotherEpoch_GetsAll")]
    [TestCase(null, 0L, 4, 3, "None", TestName = "Cursor_ZeroWhereOldOnesAreGone_GetsAllThatIsKept")]
    [TestCase(Epoch, 3L, 1, 3, "None", TestName = "Cursor_Within_GoesOnAfterIt")]
    [TestCase(Epoch, 7L, 1, 7, "None", TestName = "Cursor_AtTheHead_GoesOnAfterIt")]
    [TestCase(Epoch, 8L, 1, 7, "BeyondHead", TestName = "Cursor_PastTheHead_Resets")]
    [TestCase(Epoch, long.MaxValue, 1, 7, "BeyondHead", TestName = "Cursor_FarPastTheHead_Resets")]
    [TestCase(Epoch, 3L, 4, 3, "None", TestName = "Cursor_JustBeforeTheOldestKept_GoesOnAfterIt")]
    [TestCase(Epoch, 2L, 4, 7, "NotKept", TestName = "Cursor_OlderThanWhatIsKept_Resets")]
    [TestCase("other", 3L, 1, 7, "OtherEpoch", TestName = "Cursor_OfAnotherEpoch_Resets")]
    [TestCase("E", 3L, 1, 7, "OtherEpoch", TestName = "Cursor_OfAnEpochInOtherCase_Resets")]
    [TestCase("", 3L, 1, 7, "NoEpoch", TestName = "Cursor_OfAnEmptyEpoch_Resets")]
    [TestCase(null, 3L, 1, 7, "NoEpoch", TestName = "Cursor_WithoutEpoch_Resets")]
    [TestCase(Epoch, -1L, 1, 7, "NotKept", TestName = "Cursor_Negative_Resets")]
    [TestCase(Epoch, long.MinValue, 1, 7, "NotKept", TestName = "Cursor_FarNegative_Resets")]
    public void Cursor(string? epoch, long? since, long oldestKept, long after, string cause) =>
        Assert.That(new Cursor(epoch, since).Judge(Epoch, head: 7, oldestKept), Is.EqualTo(new Resume(after, Enum.Parse<ResetCause>(cause))));

    [Test]
    public void Cursor_OnAnEmptyChannel_GoesOnAtZero([Values(null, 0L)] long? since) =>
        Assert.That(new Cursor(Epoch, since).Judge(Epoch, head: 0, oldestKept: 1), Is.EqualTo(new Resume(0, ResetCause.None)));

    [Test]
    public void Cursor_OfLive_AsksForNothingOld() =>
        Assert.That(Gateway.Journal.Cursor.Live.Judge(Epoch, head: 7, oldestKept: 1), Is.EqualTo(new Resume(7, ResetCause.None)));
}
