using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Changes one field or the bin of many contacts, each through the use case that its page uses.</summary>
internal sealed class WorkOnContacts(CrmDb db, SaveContact save)
{
    /// <summary>Why the order cannot be given: what would be wrong for every row.</summary>
    public static Refusal? Refuses(ContactList list, WorkOrder order)
    {
        var input = new SaveContact.Input { Name = "x" };
        return order.Act is "bin" ? null
            : list.Find(order.Field) is not { IsBulk: true, Input: { } field } || !TypedValue.Set(input, field, order.Value) ? new Refusal.InvalidMany([new(nameof(order.Value), "list.value_wrong", order.Field, order.Value)])
            : SaveContact.Check(input) is [var error, ..] ? new Refusal.InvalidMany([error with { Field = nameof(order.Value) }])
            : null;
    }

    /// <summary>Does it to some rows.</summary>
    /// <param name="list">The list that the order is for.</param>
    /// <param name="order">What is to be done.</param>
    /// <param name="rows">To these.</param>
    /// <param name="own">What a row's own fields say, as one would type it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Run(ContactList list, WorkOrder order, IReadOnlyList<WorkRow> rows, Func<string?, Dictionary<string, string?>?> own, CancellationToken ct)
    {
        var ids = rows.Select(r => r.RowId).ToList();
        var contacts = await db.Set<Contact>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(k => EF.Parameter(ids).Contains(k.Id)).ToDictionaryAsync(k => k.Id, ct);
        var (undo, field) = (order.UndoOf is not null, order.Act == "bin" ? null : list.Find(order.Field)?.Input ?? "");
        foreach (var row in rows)
        {
            if (field is "")
            {
                row.Refuse("list.work_kept"); // The role was narrowed since.
            }
            else if (!contacts.TryGetValue(row.RowId, out var contact) || (contact.DeletedAt is not null && !(undo && field is null)))
            {
                row.Refuse("common.not_found");
            }
            else if (undo && contact.Version != row.VersionAfter)
            {
                row.Refuse("list.changed_since");
            }
            else
            {
                await One(row, contact, field, undo ? row.Before : order.Value, undo, own, ct);
            }
        }
    }

    private async Task One(WorkRow row, Contact contact, string? field, string? value, bool undo, Func<string?, Dictionary<string, string?>?> own, CancellationToken ct)
    {
        var (input, before) = (SaveContact.Said(contact), SaveContact.Said(contact));
        (input.Custom, before.Custom) = (own(contact.Custom), own(contact.Custom));
        if (field is not null && !TypedValue.Set(input, field, value))
        {
            row.Refuse("list.value_refused");
            return;
        }

        row.Before = field is null ? null : TypedValue.Of(before, field);
        if (field is not null && TypedValue.Of(input, field) == row.Before)
        {
            row.Outcome = "same";
            return;
        }

        var done = field is null ? await save.Bin(contact.CustomerId, contact.Id, into: !undo, contact.Version, ct) : await save.Run(contact.CustomerId, contact.Id, contact.Version, input, ct);
        if (done.TryGet(out var saved, out var refusal))
        {
            (row.Outcome, row.VersionAfter) = ("done", saved.Version);
        }
        else
        {
            row.Refuse(refusal is Refusal.InvalidMany { Errors: [var first, ..] } ? first.Code : refusal.Code);
        }
    }
}
