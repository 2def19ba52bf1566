using Microsoft.AspNetCore.Components;
using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>What every form field has: label, name, help, and its error from the form's refusal.</summary>
public abstract class FieldBase : ComponentBase
{
    /// <summary>What it asks for.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>The name it posts, such as <c>Form.Name</c>.</summary>
    [Parameter, EditorRequired] public string Name { get; set; } = "";

    /// <summary>Marked, and asked for by the browser.</summary>
    [Parameter] public bool Required { get; set; }

    /// <summary>A sentence under it.</summary>
    [Parameter] public string? Help { get; set; }

    /// <summary>The text of a longer help, opened by a button beside the label: what the value means, by which standard.</summary>
    [Parameter] public string? HelpKey { get; set; }

    /// <summary>Shown, not changed.</summary>
    [Parameter] public bool Disabled { get; set; }

    /// <summary>What is wrong, by field name; the form's own.</summary>
    [CascadingParameter] public FormErrors? Errors { get; set; }

    /// <summary>What the reader may do with the fields of the record that the form is of.</summary>
    [CascadingParameter] public FormRights? Rights { get; set; }

    private FieldRight Right => Rights?.Of(Name) ?? FieldRight.Edit;

    /// <summary>Whether it does not stand in the form: its reader may not see it.</summary>
    protected bool IsKept => Right == FieldRight.Hidden;

    /// <summary>Whether it is shown and not changed: what is not posted stays as it is.</summary>
    protected bool IsFixed => Disabled || Right != FieldRight.Edit;

    /// <summary>The id that a name has, where links from the error summary lead.</summary>
    public static string IdOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return "f-" + name.Replace('.', '-').Replace('[', '-').Replace("]", "", StringComparison.Ordinal);
    }

    /// <summary>Its id.</summary>
    protected string Id => IdOf(Name);

    /// <summary>What is wrong with it.</summary>
    protected string? Error => Errors?.For(Name);

    /// <summary>For aria-invalid.</summary>
    protected string? IsInvalid => Error is null ? null : "true";

    /// <summary>A class that shows the error.</summary>
    protected string Invalid => Error is null ? "" : "is-invalid";

    /// <summary>For aria-describedby: the error, the help, the longer help.</summary>
    protected string? Described => Describe(Id, Help, HelpKey, Error);

    internal static string? Describe(string id, string? help, string? helpKey, string? error) =>
        string.Join(' ', new[] { error is null ? null : $"{id}-error", help is null ? null : $"{id}-help", helpKey is null ? null : $"{id}-more" }.OfType<string>()) is { Length: > 0 } all ? all : null;
}
