using RailCrm.Platform.Access;

namespace RailCrm.Platform.Ui.Kit;

/// <summary>What the reader of a form may do with the fields of its record; its fields find it above them.</summary>
/// <param name="Rights">His rights.</param>
/// <param name="List">The list that the record belongs to.</param>
public sealed record FormRights(FieldRights Rights, string List)
{
    /// <summary>The right to a field by the name it posts.</summary>
    public FieldRight Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("Form.", StringComparison.Ordinal) ? Rights.Of(List, name[5..]) : FieldRight.Edit;
    }
}
