namespace RailCrm.Platform.Data;

/// <summary>What must follow from a change in the same transaction, whatever path wrote it. Registered by the module that keeps what follows; of rows changed in sets, without being read, it hears nothing.</summary>
public interface IFollowsChange
{
    /// <summary>Looks at what is about to be saved; gives what is to be done once it is, null where nothing concerns it.</summary>
    Func<CancellationToken, Task>? After(CrmDb db);
}
