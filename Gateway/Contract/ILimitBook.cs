using System.Net;

namespace Gateway.Contract;

/// <summary>Whom the limits per address hold for, and what is told when one bites: every time to a counter, once an episode to the log.</summary>
internal interface ILimitBook
{
    /// <summary>Null for whom no limit per address holds.</summary>
    string? KeyOf(IPAddress? address);

    void Bit(string limit, string whom);
}
