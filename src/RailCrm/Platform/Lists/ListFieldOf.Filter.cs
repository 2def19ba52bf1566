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

    /// <summary>Where its reader sees its mask alone, it is asked for by the whole of it; what asks knows <c>=</c>, which others are not offered.</summary>
    public ListField<TRow> AskedWhole()
    {
        IsWhole = true;
        return this;
    }

    /// <summary>Whether the whole of it may be asked for though it is masked.</summary>
    private protected bool IsWhole { get; private set; }

    /// <summary>It is ruled by roles as this field of that list.</summary>
    public ListField<TRow> RuledAs(string list, string name)
    {
        Rule = (list, name);
        return this;
    }

    /// <summary>Its name says how it is compared.</summary>
    public ListField<TRow> SayingHow()
    {
        SaysHow = true;
        return this;
    }
}
