using System.Text;
using System.Text.Json;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Enrollments;

/// <summary>Enrollments: from the request over the scanner's captures to the person who is registered, or the reason why not.</summary>
internal sealed class Enrollments(IJournal journal, EnrollmentDesk desk, CommandPost post, EnrollmentClock clock, ILogger<Enrollments> log)
    : ISubscriberListener, IAnswerListener, IDeviceListener
{
    private const string DeviceDeleted = "device_deleted";

    /// <summary>Takes up what was open when the service ended.</summary>
    public void Start()
    {
        clock.Start(enrollment => Submit(enrollment, new TimePassed()));
        foreach (var (id, _) in journal.Documents(EnrollmentRecords.Clearings))
        {
            Resume(id);
            Submit(id, new TimePassed());
        }

        // Pages are gone after a restart; those that come back say so themselves.
        foreach (var (id, body) in journal.Documents(EnrollmentRecords.Open))
        {
            Resume(id);
            var hasPage = ContractJson.Read<OpenEnrollment>(body) is { StartedByCaller: false, Command: not null };
            Submit(id, hasPage ? new SubscribersGone() : new TimePassed());
        }
    }

    public void FirstSubscriber(ChannelName channel)
    {
        if (channel.Kind == EnrollmentDesk.Kind)
        {
            Submit(channel.Id, new SubscriberCame());
        }
    }

    public void LastSubscriberLeft(ChannelName channel)
    {
        if (channel.Kind == EnrollmentDesk.Kind)
        {
            Submit(channel.Id, new SubscribersGone());
        }
    }

    /// <summary>Inside a transaction; what it returns goes to <see cref="Done"/> after the commit.</summary>
    public (EnrollmentEffects Effects, Refusal? Refusal) Apply(JournalTransaction transaction, string enrollment, EnrollmentInput input) =>
        desk.Apply(transaction, enrollment, input);

    public Action? Answered(JournalTransaction transaction, DeviceCommand command, AnswerMessage answer)
    {
        if (command is not { Do: "enroll", Enrollment: { } enrollment })
        {
            return null;
        }

        var (effects, _) = Apply(transaction, enrollment, new EnrollAnswered(answer.Ok, answer.Reason, answer.Source));
        return () => Done(effects);
    }

    public Action? Turned(JournalTransaction transaction, string device, bool isOnline) =>
        ApplyToHolder(transaction, device, new ScannerTurned(isOnline));

    public Action? Deleting(JournalTransaction transaction, string device)
    {
        var rest = ApplyToHolder(transaction, device, new CancelRequested(DeviceDeleted));
        EnrollmentRecords.TakeCancels(transaction, device);
        return rest;
    }

    /// <summary>After the commit: what the decision asked for is done, in the order of commits.</summary>
    public void Done(EnrollmentEffects effects)
    {
        foreach (var stored in effects.Events)
        {
            ModuleLog.EnrollmentMoved(log, stored.Channel.Id, effects.State!.Device, stored.Position, stored.Type, effects.State.Percent);
        }

        foreach (var dropped in effects.Drop)
        {
            post.Dropped(dropped);
        }

        foreach (var command in effects.Send)
        {
            post.Send(command);
        }

        if (effects.Clear is { } clearing)
        {
            post.Clear(clearing.ScannerTopics());
        }

        if (effects is { State: { } state, Seq: { } seq })
        {
            post.Retain(Clearing.StateTopicOf(state.Id), Told(state, seq));
        }

        if (effects.ClearState is { } last)
        {
            ClearState(last);
        }

        if (effects.Enrollment is { } id)
        {
            clock.Set(id, effects.Deadline);
        }
    }

    /// <summary>Whoever holds the scanner is told what happened to it.</summary>
    private Action? ApplyToHolder(JournalTransaction transaction, string device, EnrollmentInput input)
    {
        if (EnrollmentRecords.Holder(transaction, device) is not { } holder)
        {
            return null;
        }

        var (effects, _) = desk.Apply(transaction, holder, input);
        return () => Done(effects);
    }

    /// <summary>The state object of the contract with the cursor that it belongs to.</summary>
    private byte[] Told(EnrollmentState state, long seq)
    {
        var told = JsonSerializer.SerializeToNode(state, ContractJson.Options)!.AsObject();
        (told["seq"], told["epoch"]) = (seq, journal.Epoch);
        return Encoding.UTF8.GetBytes(told.ToJsonString(ContractJson.Options));
    }

    private void ClearState(Clearing clearing) => post.Clear([clearing.StateTopic], () => journal.Write(
        transaction => transaction.Documents.Remove(EnrollmentRecords.Clearings, clearing.Enrollment),
        failure => LogFailure(clearing.Enrollment, failure)));

    private void Resume(string enrollment)
    {
        var effects = EnrollmentEffects.None;
        journal.Write(
            transaction => effects = EnrollmentDesk.Resume(transaction, enrollment),
            failure =>
            {
                LogFailure(enrollment, failure);
                if (failure is null)
                {
                    Done(effects);
                }
            });
    }

    private void Submit(string enrollment, EnrollmentInput input)
    {
        var effects = EnrollmentEffects.None;
        journal.Write(
            transaction => (effects, _) = desk.Apply(transaction, enrollment, input),
            failure =>
            {
                if (failure is null)
                {
                    Done(effects);
                    return;
                }

                LogFailure(enrollment, failure);
                if (failure is JournalUnavailableException { IsLasting: false })
                {
                    // The writer's backoff paces this; the input is not lost while the disk is full.
                    Submit(enrollment, input);
                }
            });
    }

    private void LogFailure(string enrollment, Exception? failure)
    {
        if (failure is not null)
        {
            ModuleLog.NotWritten(log, failure, enrollment);
        }
    }
}
