using System.Buffers;
using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Jobs;

/// <summary>The event types of the contract, and nothing else, are on a job's channel.</summary>
internal static class JobEvents
{
    public const string Created = "created";
    public const string Progress = "progress";
    public const string Complete = "complete";
    public const string Error = "error";

    // Written by ourselves: there is nothing to find out about it.
    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = ContractJson.Options.Encoder };

    /// <summary>{"done","total","percent","message"?,"late"?,"by"?,"data"?}: where the job stood by this report.</summary>
    public static EventDraft Reported(string type, JobState state, JobReport report, long done, long? total, int percent, bool isLate)
    {
        // Almost always it is who created the job, and that is known.
        var by = report.By == state.By ? null : report.By;
        var buffer = new ArrayBufferWriter<byte>(96 + report.Data.Length);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("done"u8, done);
            if (total is { } known)
            {
                writer.WriteNumber("total"u8, known);
            }
            else
            {
                writer.WriteNull("total"u8);
            }

            writer.WriteNumber("percent"u8, percent);
            var message = report.Message ?? (type == Error ? "unknown" : null);
            if (message is not null)
            {
                writer.WriteString("message"u8, message);
            }

            if (isLate)
            {
                writer.WriteBoolean("late"u8, true);
            }

            if (by is not null)
            {
                writer.WriteString("by"u8, by);
            }

            if (!report.Data.IsEmpty)
            {
                writer.WritePropertyName("data"u8);
                writer.WriteRawValue(report.Data.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return new(type, buffer.WrittenSpan.ToArray());
    }

    internal sealed record CreatedData(string Name, long? Total, string? Ref, int? StalledAfter, JsonElement? Data, string? By = null);
}

/// <summary>Folds a job's events into its state: pure, no clock.</summary>
internal sealed class JobKind() : ChannelKind<JobState>("jobs")
{
    public override bool NeedsHistory(JobState state) => !state.IsTerminal;

    protected override bool ChangesWithTime => true;

    public override JobState Shown(JobState state, DateTimeOffset now) => state.ShownAt(now);

    public override JobState Fold(JobState? state, StoredEvent next) => next.Type == JobEvents.Created
        ? Begin(next)
        : Continue(state ?? throw new InvalidOperationException($"{next.Channel} begins with '{next.Type}'"), next) with { At = next.At };

    private static JobState Begin(StoredEvent next)
    {
        var data = next.Read<JobEvents.CreatedData>();
        return new()
        {
            Id = next.Channel.Id,
            Name = data.Name,
            Ref = data.Ref,
            By = data.By,
            Total = data.Total,
            StalledAfter = data.StalledAfter,
            At = next.At,
        };
    }

    private static JobState Continue(JobState state, StoredEvent next)
    {
        var report = Reported.Read(next.Data.Span);
        return next.Type switch
        {
            // Recorded, and not shown.
            JobEvents.Progress when report.IsLate => state,
            JobEvents.Progress => At(state, report) with { Message = report.Message ?? state.Message },
            JobEvents.Complete => At(state, report) with { State = JobPhase.Succeeded, Percent = 100, Message = report.Message },
            JobEvents.Error => At(state, report) with { State = JobPhase.Failed, Message = report.Message },
            _ => throw new InvalidOperationException($"'{next.Type}' is no event of a job"),
        };
    }

    private static JobState At(JobState state, Reported report) =>
        state with { Done = report.Done, Total = report.Total, Percent = state.PercentAt(report.Done, report.Total) };

    // By hand, as it is read once for each event of the fastest stream.
    private readonly record struct Reported(long Done, long? Total, string? Message, bool IsLate)
    {
        public static Reported Read(ReadOnlySpan<byte> json)
        {
            var read = default(Reported);
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("done"u8))
                {
                    reader.Read();
                    read = read with { Done = reader.GetInt64() };
                }
                else if (reader.ValueTextEquals("total"u8))
                {
                    reader.Read();
                    read = read with { Total = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64() };
                }
                else if (reader.ValueTextEquals("message"u8))
                {
                    reader.Read();
                    read = read with { Message = reader.GetString() };
                }
                else if (reader.ValueTextEquals("late"u8))
                {
                    reader.Read();
                    read = read with { IsLate = reader.GetBoolean() };
                }
                else
                {
                    reader.Skip();
                }
            }

            return read;
        }
    }
}
