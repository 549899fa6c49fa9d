using System.Text.Json;
using System.Text.Unicode;
using Gateway.Contract;

namespace Gateway.Modules.Jobs;

internal enum JobReportType
{
    Progress,
    Complete,
    Error,
}

/// <summary>What a worker says of its job, by HTTP or MQTT alike: read in one pass, for this is the fastest stream there is.</summary>
/// <param name="Key">The worker's own id of the report, for ever: a repeat is known by it.</param>
/// <param name="Data">A JSON object of the worker's; empty when there is none.</param>
internal sealed record JobReport(JobReportType Type, long? Done, long? Total, string? Message, string? Key, ReadOnlyMemory<byte> Data)
{
    public const long MaxCount = 9_007_199_254_740_991;
    public const int MaxData = 16 * 1024;

    private const int MaxMessage = 2_000;
    private const int MaxKey = 128;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = ContractJson.MaxDepth };

    /// <summary>Who says it: taken from the credentials, never from what was sent.</summary>
    public string? By { get; init; }

    /// <summary>The report, or which field is wrong and why.</summary>
    public static (JobReport? Report, FieldFault? Fault) Read(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return (null, new("body", "is no UTF-8"));
        }

        try
        {
            var fields = default(Fields);
            return fields.Read(utf8) is { } fault ? (null, fault) : fields.ToReport();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair in a text is the reader's InvalidOperationException.
            return (null, new("body", ContractJson.Fault(error)));
        }
    }

    private struct Fields
    {
        private JobReportType? _type;
        private long? _done;
        private long? _total;
        private string? _message;
        private string? _key;
        private byte[]? _data;

        public FieldFault? Read(ReadOnlySpan<byte> utf8)
        {
            var reader = new Utf8JsonReader(utf8, ReaderOptions);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return new("body", "is no JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Field(ref reader, utf8) is { } fault)
                {
                    return fault;
                }
            }

            // Whatever follows the object makes this throw.
            reader.Read();
            return null;
        }

        public readonly (JobReport? Report, FieldFault? Fault) ToReport() => _type is { } type
            ? (new(type, _done, _total, _message, _key, _data), null)
            : (null, new("type", "is missing; it is progress, complete or error"));

        private FieldFault? Field(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                return Type(ref reader);
            }

            if (reader.ValueTextEquals("done"u8))
            {
                return Count(ref reader, "done", out _done);
            }

            if (reader.ValueTextEquals("total"u8))
            {
                return Count(ref reader, "total", out _total);
            }

            if (reader.ValueTextEquals("message"u8))
            {
                return Text(ref reader, "message", MaxMessage, out _message);
            }

            if (reader.ValueTextEquals("key"u8))
            {
                return Text(ref reader, "key", MaxKey, out _key);
            }

            if (reader.ValueTextEquals("data"u8))
            {
                return Object(ref reader, utf8, out _data);
            }

            reader.Skip();
            return null;
        }

        private FieldFault? Type(ref Utf8JsonReader reader)
        {
            reader.Read();
            _type = reader.TokenType != JsonTokenType.String ? null
                : reader.ValueTextEquals("progress"u8) ? JobReportType.Progress
                : reader.ValueTextEquals("complete"u8) ? JobReportType.Complete
                : reader.ValueTextEquals("error"u8) ? JobReportType.Error
                : null;
            return _type is null ? new("type", "must be progress, complete or error") : null;
        }

        private static FieldFault? Count(ref Utf8JsonReader reader, string field, out long? count)
        {
            reader.Read();
            count = null;
            if (reader.TokenType == JsonTokenType.Null)
            {
                return null;
            }

            if (!ContractJson.TryWhole(ref reader, out var number) || number is < 0 or > MaxCount)
            {
                return new(field, $"must be a whole number from 0 to {MaxCount}");
            }

            count = number;
            return null;
        }

        private static FieldFault? Text(ref Utf8JsonReader reader, string field, int max, out string? text)
        {
            reader.Read();
            text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return reader.TokenType == JsonTokenType.Null || text is { Length: > 0 } && text.Length <= max
                ? null
                : new(field, $"must be a text of 1 to {max} characters");
        }

        private static FieldFault? Object(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, out byte[]? data)
        {
            reader.Read();
            data = null;
            if (reader.TokenType == JsonTokenType.Null)
            {
                return null;
            }

            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            var length = (int)reader.BytesConsumed - start;
            if (!isObject || length > MaxData)
            {
                return new("data", $"must be a JSON object of at most {MaxData} bytes");
            }

            data = utf8.Slice(start, length).ToArray();
            return null;
        }
    }
}

/// <summary>What is wrong with a field, as the end of a sentence that begins with its name.</summary>
internal sealed record FieldFault(string Field, string Sentence)
{
    public override string ToString() => $"{Field} {Sentence}";
}
