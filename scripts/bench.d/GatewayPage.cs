using System.Net.WebSockets;
using System.Text;

namespace Gateway.Bench;

/// <summary>One page of ours: a WebSocket that follows channels.</summary>
internal sealed class GatewayPage : IAsyncDisposable
{
    private static readonly byte[] Event = "\"op\":\"event\""u8.ToArray();
    private static readonly byte[] Subscribed = "\"op\":\"subscribed\""u8.ToArray();
    private static readonly byte[] Error = "\"op\":\"error\""u8.ToArray();

    private readonly WebSocketWire wire;
    private readonly Action<ReadOnlyMemory<byte>> frame;
    private readonly TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task receiving;

    private GatewayPage(WebSocketWire wire, Action<ReadOnlyMemory<byte>> frame)
    {
        (this.wire, this.frame) = (wire, frame);
        receiving = ReceiveAsync();
    }

    public static async Task<GatewayPage> OpenAsync(int port, FrameReader frame) =>
        new(await WebSocketWire.OpenAsync(port, "/ws", null, WebSocketMessageType.Text), bytes => frame(bytes.Span));

    public delegate void FrameReader(ReadOnlySpan<byte> frame);

    public void Subscribe(string channel) => wire.Send(Encoding.UTF8.GetBytes($$"""{"op":"subscribe","id":1,"channel":"{{channel}}"}"""));

    public void Unsubscribe(string channel) => wire.Send(Encoding.UTF8.GetBytes($$"""{"op":"unsubscribe","id":2,"channel":"{{channel}}"}"""));

    public async Task SubscribeAsync(string channel)
    {
        Subscribe(channel);
        await subscribed.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        wire.Dispose(); // the receiving loop ends by it
        await receiving;
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[256 * 1024];
        var held = 0;
        try
        {
            while (true)
            {
                var (count, ended) = await wire.ReceiveAsync(buffer.AsMemory(held));
                if (count == 0)
                {
                    throw new IOException("the service closed the page's socket");
                }
                held += count;
                if (ended)
                {
                    Take(buffer.AsMemory(0, held));
                    held = 0;
                }
            }
        }
        catch (Exception failure)
        {
            subscribed.TrySetException(failure);
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        if (message.Span.IndexOf(Event) >= 0)
        {
            frame(message);
        }
        else if (message.Span.IndexOf(Subscribed) >= 0)
        {
            subscribed.TrySetResult();
        }
        else if (message.Span.IndexOf(Error) >= 0)
        {
            subscribed.TrySetException(new IOException($"the service answered {Encoding.UTF8.GetString(message.Span)}"));
        }
    }
}
