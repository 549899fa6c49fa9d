namespace Gateway.Broker.Protocol;

/// <summary>Why a packet cannot be accepted: the code for the peer, a sentence for people.</summary>
/// <param name="Reason">Goes into CONNACK or DISCONNECT.</param>
/// <param name="Sentence">Goes into the log, and to who may have it, see <see cref="Goodbye"/>.</param>
/// <param name="Answered">False where the connection is closed without a word, because the peer may not speak MQTT at all.</param>
internal readonly record struct ProtocolError(ReasonCode Reason, string Sentence, bool Answered = true);

/// <summary>Ends a connection; caught at the edge of its read loop.</summary>
internal sealed class ProtocolException : Exception
{
    public ProtocolException()
    {
    }

    public ProtocolException(string message)
        : base(message)
    {
    }

    public ProtocolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ProtocolException(ReasonCode reason, string sentence, bool answered = true)
        : base(sentence)
    {
        Error = new(reason, sentence, answered);
    }

    public ProtocolError Error { get; } = new(ReasonCode.UnspecifiedError, "unspecified");

    public static ProtocolException Malformed(string sentence) => new(ReasonCode.MalformedPacket, sentence);

    public static ProtocolException Violation(string sentence) => new(ReasonCode.ProtocolError, sentence);

    public static ProtocolException Silent(string sentence) => new(ReasonCode.MalformedPacket, sentence, answered: false);
}
