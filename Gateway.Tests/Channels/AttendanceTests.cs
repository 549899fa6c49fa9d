using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

public sealed class AttendanceTests
{
    private static readonly StreamName Name = StreamName.Of(ChannelName.Of("enrollments", "one"));

    private static readonly ISubscriberRights Rights = new LiveFixture.OpenDesk().RightsOf(new Microsoft.AspNetCore.Http.DefaultHttpContext());

    [Test]
    public void FirstAndLastSubscriber_AreTold_NotThoseBetween()
    {
        var heard = new Listener();
        var attendance = new Attendance([heard], new(new(), TimeProvider.System));

        attendance.Enter(Name, Rights);
        attendance.Enter(Name, Rights);
        attendance.Leave(Name, Rights);
        attendance.Leave(Name, Rights);

        Assert.That(heard.Told, Is.EqualTo(new[] { "first enrollments/one", "last enrollments/one" }));
        Assert.That(attendance.Channels, Is.Zero);
    }

    [Test]
    public void Feed_IsNobodysSubscriber()
    {
        var heard = new Listener();
        new Attendance([heard], new(new(), TimeProvider.System)).Enter(StreamName.FeedOf("enrollments"), Rights);

        Assert.That(heard.Told, Is.Empty);
    }

    [Test]
    public void ListenerThatChangesTheAttendance_IsToldInOrder()
    {
        var heard = new Listener();
        var attendance = new Attendance([heard], new(new(), TimeProvider.System));
        heard.OnFirst = () => attendance.Leave(Name, Rights);
        attendance.Enter(Name, Rights);

        Assert.That(heard.Told, Is.EqualTo(new[] { "first enrollments/one", "last enrollments/one" }));
    }

    private sealed class Listener : ISubscriberListener
    {
        public List<string> Told { get; } = [];

        public Action? OnFirst { get; set; }

        public void FirstSubscriber(ChannelName channel)
        {
            Told.Add($"first {channel}");
            OnFirst?.Invoke();
        }

        public void LastSubscriberLeft(ChannelName channel) => Told.Add($"last {channel}");
    }
}
