namespace Gateway.Contract;

/// <summary>A section of the settings that says itself what is wrong with it.</summary>
internal interface ICheckedOptions
{
    /// <summary>A sentence a fault, each beginning with the name of its setting.</summary>
    IEnumerable<string> Faults();
}
