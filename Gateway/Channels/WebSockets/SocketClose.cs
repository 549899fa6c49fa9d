using System.Net.WebSockets;
using System.Text;

namespace Gateway.Channels.WebSockets;

/// <summary>Why a connection ends, as its page is told: the code, and in the reason how long to wait before it comes back.</summary>
internal sealed record SocketClose(int Code, int RetryMs)
{
    public const int GoingAway = 1001;
    public const int BadMessage = 4400;
    public const int Ticket = 4401;
    public const int Forbidden = 4403;
    public const int DeadPeer = 4408;
    public const int TooBig = 4413;
    public const int Limit = 4429;

    private const int Soon = 1_000;
    private const int Later = 10_000;

    /// <summary>The page closed, or is gone: nothing to tell it.</summary>
    public static readonly SocketClose ByPage = new((int)WebSocketCloseStatus.NormalClosure, 0);

    public string Reason => $$"""{"retryMs":{{RetryMs}}}""";

    /// <summary>The close frame as it is on the wire.</summary>
    public byte[] ToFrame() => [0x88, (byte)(2 + Reason.Length), (byte)(Code >> 8), (byte)Code, .. Encoding.ASCII.GetBytes(Reason)];

    /// <param name="jitter">0 to 1: pages that are closed together do not come back together.</param>
    public static SocketClose Of(int code, double jitter) => new(code, (int)((code == Limit ? Later : Soon) * (0.5 + jitter)));

    /// <summary>Spread evenly over the time that so many pages need to come back gently.</summary>
    public static SocketClose Drain(TimeSpan spread, double jitter) => new(GoingAway, 100 + (int)(spread.TotalMilliseconds * jitter));
}
