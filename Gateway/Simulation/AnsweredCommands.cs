namespace Gateway.Simulation;

/// <summary>The answer to a command, the same however often the command arrives; its effect happens once.</summary>
internal sealed class CommandAnswer(MqttMessage ack, bool isAccepted)
{
    public MqttMessage Ack { get; } = ack;

    // owned by the handler of commands
    public bool IsDone { get; set; } = !isAccepted;
}

/// <summary>The newest commands by id. Owned by the handler of commands.</summary>
internal sealed class AnsweredCommands(int capacity)
{
    private readonly Dictionary<string, CommandAnswer> _answers = new(capacity);
    private readonly Queue<string> _oldest = new(capacity);

    public CommandAnswer? Find(string id) => _answers.GetValueOrDefault(id);

    public void Remember(string id, CommandAnswer answer)
    {
        if (_oldest.Count == capacity)
        {
            _answers.Remove(_oldest.Dequeue());
        }

        _answers.Add(id, answer);
        _oldest.Enqueue(id);
    }
}
