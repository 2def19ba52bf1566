using RailCrm.Kernel;
using RailCrm.Platform.Text;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>A refusal as a form shows it: what is wrong with each field, and the sentence above them.</summary>
public sealed class FormErrors
{
    private readonly Dictionary<string, string> _fields;

    /// <summary>Makes it from what the use case refused.</summary>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="prefix">The form's name before its fields, such as <c>Form</c>; empty where they have none.</param>
    public FormErrors(Refusal refusal, string prefix = "Form")
    {
        ArgumentNullException.ThrowIfNull(refusal);
        Message = Texts.Get(refusal.Code, refusal.Args);
        var errors = refusal switch
        {
            Refusal.InvalidMany many => many.Errors,
            Refusal.Invalid one => [new FieldError(one.Field, one.Code)],
            _ => [],
        };
        _fields = errors.GroupBy(e => prefix.Length == 0 ? e.Field : $"{prefix}.{e.Field}").ToDictionary(g => g.Key, g => string.Join(' ', g.Select(e => Texts.Get(e.Code, e.Args))));
    }

    /// <summary>The sentence above the form.</summary>
    public string Message { get; }

    /// <summary>Field name → what is wrong.</summary>
    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>What is wrong with one field, <c>Form.Name</c> or <c>Form[Name]</c>; null when nothing is.</summary>
    public string? For(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _fields.GetValueOrDefault(name.Replace('[', '.').TrimEnd(']'));
    }
}
