namespace RailCrm.Platform.Lists;

/// <summary>How a condition on a field is worded.</summary>
internal abstract partial class ListField<TRow>
{
    /// <summary>One may ask for rows without it.</summary>
    public ListField<TRow> AsksNothing()
    {
        AsksEmpty = true;
        return this;
    }

    /// <summary>What rows without it are called.</summary>
    public ListField<TRow> EmptyAs(string textKey)
    {
        EmptyKey = textKey;
        return this;
    }

    /// <summary>A part of it is found anywhere in it, not only at its beginning.</summary>
    public ListField<TRow> Containing()
    {
        Contains = true;
        return this;
    }

    /// <summary>Its name says how it is compared.</summary>
    public ListField<TRow> SayingHow()
    {
        SaysHow = true;
        return this;
    }
}
