using RailCrm.Kernel;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;
using RailCrm.Platform.Records;

namespace RailCrm.Modules.Customers;

/// <summary>The contacts that the reader marked with a star.</summary>
internal static class ContactFavourites
{
    public static Task<Result<Condition<Contact>>> Ask(CrmDb db, Criterion asked, CancellationToken ct)
    {
        if (asked.Values is not ["true" or "false"])
        {
            return Task.FromResult<Result<Condition<Contact>>>(new Refusal.InvalidMany([new(asked.Field, "list.value_wrong", Platform.Text.Texts.Get("mark.favourite"), string.Join(',', asked.Values))]));
        }

        var me = db.Actor.UserId;
        var mine = new Condition<Contact>(
            k => db.Set<RecordMark>().Any(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == RecordKind.Contact && m.CustomerId == k.CustomerId && m.RecordId == k.Id),
            db.Set<RecordMark>().Where(m => m.UserId == me && m.Mark == RecordMark.Favourite && m.RecordKind == RecordKind.Contact).Select(m => m.RecordId));
        return Task.FromResult<Result<Condition<Contact>>>(asked.Values[0] == "true" ? mine : mine.Not());
    }
}
