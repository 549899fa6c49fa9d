using Gateway.Contract;

namespace Gateway.Journal;

/// <summary>How the events of one kind of channel fold into its state. The same fold serves snapshot, replay, trace and tests.</summary>
internal interface IChannelKind
{
    string Name { get; }

    /// <summary>Whether what its subscribers were sent and have acknowledged is kept over restarts.</summary>
    bool KeepsReceipts => false;

    object Fold(object? state, StoredEvent next);

    byte[] Write(object state);

    object Read(ReadOnlySpan<byte> json);

    /// <summary>What it was about is no more: its events are still told, and nobody is shown it as if it were there.</summary>
    bool IsGone(ReadOnlySpan<byte> state) => false;

    /// <summary>The state of a channel that may be followed before anything happened on it; null where it is made by its first event.</summary>
    byte[]? BeforeFirst(string id) => null;

    /// <summary>The state as whoever looks at this moment is shown it: with what time alone makes of it, which no fold can know.</summary>
    ReadOnlyMemory<byte> Shown(ReadOnlyMemory<byte> state, DateTimeOffset now) => state;

    /// <summary>Whether a channel in this state has not ended, and its history is still needed whatever its age.</summary>
    bool NeedsHistory(object state) => false;
}

/// <summary>The typed form that a module implements: pure, no clock, no I/O.</summary>
internal abstract class ChannelKind<TState>(string name) : IChannelKind
    where TState : class
{
    public string Name { get; } = name;

    public virtual bool KeepsReceipts => false;

    public abstract TState Fold(TState? state, StoredEvent next);

    /// <summary>For channels that are there before anything happened on them.</summary>
    public virtual TState? BeforeFirst(string id) => null;

    /// <summary>Whether <see cref="Shown"/> is asked at all: for almost all kinds a state is not read to be shown.</summary>
    protected virtual bool ChangesWithTime => false;

    /// <summary>The same one where there is nothing to add.</summary>
    public virtual TState Shown(TState state, DateTimeOffset now) => state;

    /// <summary>For channels that come to an end: those that have not. Where none ever ends, the state alone has to do.</summary>
    public virtual bool NeedsHistory(TState state) => false;

    object IChannelKind.Fold(object? state, StoredEvent next) => Fold((TState?)state, next);

    byte[] IChannelKind.Write(object state) => ContractJson.Write((TState)state);

    object IChannelKind.Read(ReadOnlySpan<byte> json) => ContractJson.Read<TState>(json);

    byte[]? IChannelKind.BeforeFirst(string id) => BeforeFirst(id) is { } state ? ContractJson.Write(state) : null;

    ReadOnlyMemory<byte> IChannelKind.Shown(ReadOnlyMemory<byte> state, DateTimeOffset now)
    {
        if (!ChangesWithTime)
        {
            return state;
        }

        var told = ContractJson.Read<TState>(state.Span);
        var shown = Shown(told, now);
        return ReferenceEquals(shown, told) ? state : ContractJson.Write(shown);
    }

    bool IChannelKind.NeedsHistory(object state) => NeedsHistory((TState)state);
}
