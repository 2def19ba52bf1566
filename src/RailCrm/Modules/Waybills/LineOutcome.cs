namespace RailCrm.Modules.Waybills;

/// <summary>What became of a line that was written.</summary>
public enum LineOutcome
{
    /// <summary>It is new.</summary>
    Created,

    /// <summary>It was there and is different now.</summary>
    Updated,

    /// <summary>It was there just like this.</summary>
    Unchanged,

    /// <summary>Its number belongs to a line of a customer outside the scope.</summary>
    NumberTaken,

    /// <summary>It is of a customer that is only shared to the writer, and would have become another's.</summary>
    SharedStays,
}
