using System.Diagnostics.CodeAnalysis;

namespace RailCrm.Kernel;

/// <summary>What is wrong with one field. <see cref="Code"/> names the text shown beside it.</summary>
public sealed record FieldError(string Field, string Code, params object?[] Args);

/// <summary>Why a request that was understood is refused. <see cref="Code"/> names the text shown to the user.</summary>
public abstract record Refusal(string Code)
{
    /// <summary>What the text speaks of.</summary>
    public virtual object?[] Args => [];

    /// <summary>Nothing by that id, or nothing this person may see: the two look the same from outside, on purpose.</summary>
    public sealed record NotFound() : Refusal("common.not_found");

    /// <summary>One field is wrong.</summary>
    public sealed record Invalid(string Code, string Field) : Refusal(Code);

    /// <summary>Several fields are wrong.</summary>
    public sealed record InvalidMany(IReadOnlyList<FieldError> Errors) : Refusal("common.invalid");

    /// <summary>It would break a rule as things stand.</summary>
    public sealed record Conflict(string Code) : Refusal(Code);

    /// <summary>Someone else changed it meanwhile.</summary>
    public sealed record Stale() : Refusal("common.stale");

    /// <summary>Seen, but not allowed.</summary>
    public sealed record Forbidden(string Code = "common.forbidden") : Refusal(Code);

    /// <summary>Allowed once the user has looked at <paramref name="Detail"/> and said why.</summary>
    public sealed record NeedsConfirmation(string Code, object? Detail) : Refusal(Code);
}

/// <summary>What a use case gives back: its value, or the reason it was refused. Never both.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    /// <summary>Why it was refused; null when it was not.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The value, or the reason there is none.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (_value, Refusal);
        return refusal is null;
    }

#pragma warning disable CA2225 // Conversions exist so that a use case can simply return its value or its refusal.
    /// <summary>Done.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Refused.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
#pragma warning restore CA2225
}
