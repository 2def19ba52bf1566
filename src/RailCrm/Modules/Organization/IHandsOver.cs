using RailCrm.Platform.Data;

namespace RailCrm.Modules.Organization;

/// <summary>Something that goes from one person to another in a handover, and what became of it.</summary>
public sealed class Handed
{
    /// <summary>The row that goes, by its key in its kind.</summary>
    public required long RecordId { get; init; }

    /// <summary>The customer it belongs to; null where it belongs to none.</summary>
    public long? CustomerId { get; init; }

    /// <summary>Who gets it; 0 while that is not known.</summary>
    public long ToUserId { get; init; }

    /// <summary>The public pool it goes into instead; null where a person gets it.</summary>
    public long? ToPoolId { get; init; }

    /// <summary>What stands for it with the receiver, where that is another row.</summary>
    public long? MovedId { get; set; }

    /// <summary>Why it was left where it was: a text's key; null where it went.</summary>
    public string? Reason { get; set; }
}

/// <summary>What ends with a person's account and goes to nobody in a handover: told beforehand, so that whoever may gives it anew. Registered by its module.</summary>
public interface IEndsWithAccount
{
    /// <summary>What it is and what to do.</summary>
    string TextKey { get; }

    /// <summary>Each in words with its page, as far as the actor sees it.</summary>
    Task<IReadOnlyList<(string What, string Href)>> OfAccount(long userId, CancellationToken ct);
}

/// <summary>What a module hangs on a person, and how it goes to others when the person leaves or moves on (离职/调岗交接). Registered by its module; what is closed keeps its authors and is none of it.</summary>
public interface IHandsOver
{
    /// <summary>Its name with what was handed over, for ever: the database keeps it.</summary>
    string Kind { get; }

    /// <summary>What it is called.</summary>
    string TextKey { get; }

    /// <summary>Whether an account stays open while any of it hangs on the person.</summary>
    bool HoldsAccount { get; }

    /// <summary>How much of it a person has.</summary>
    Task<int> Count(CrmDb db, long userId, CancellationToken ct);

    /// <summary>All of it.</summary>
    Task<IReadOnlyList<Handed>> All(CrmDb db, long userId, CancellationToken ct);

    /// <summary>Gives some of it to others, in the caller's transaction, and says of each what became of it.</summary>
    /// <param name="db">The database.</param>
    /// <param name="from">Who hands over.</param>
    /// <param name="approvedBy">Who decided it.</param>
    /// <param name="number">The handover's number, for the reason that is kept.</param>
    /// <param name="rows">What goes, each to its receiver.</param>
    /// <param name="ct">Cancels.</param>
    Task Give(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct);

    /// <summary>Gives back what still is as it was given, in the caller's transaction, and says of each why not where it is not.</summary>
    Task TakeBack(CrmDb db, long from, long approvedBy, string number, IReadOnlyList<Handed> rows, CancellationToken ct);
}
