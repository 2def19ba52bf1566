using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Records;
using RailCrm.Platform.Ui;

namespace RailCrm.Modules.Care;

internal static class CareModule
{
    public static void Add(IServiceCollection services) => services
        .AddScoped<ComingDays>()
        .AddScoped<LogGesture>()
        .AddScoped<SetCareRule>()
        .AddSingleton<ICustomerChildren>(new MovingRows("contact_days", null, typeof(ContactDay)))
        .AddSingleton<ICustomerChildren>(new MovingRows("gestures", "care.gestures", typeof(Gesture)))
        .AddSingleton(new ContactTab("care.title", "care", Permission.CustomersRead, (db, id, ct) => db.Set<Gesture>().CountAsync(g => g.RecordKind == RecordKind.Contact && g.RecordId == id, ct)))
        .AddSingleton(RemindOfDays.Record)
        .AddSingleton(new JobHandler(RemindOfDays.Kind, RemindOfDays.Run))
        .AddSingleton(new Schedule(RemindOfDays.Kind, HourOfDay: 3))
        .AddSingleton(new MenuItem("care.title", "/care", "gift", Permission.CustomersRead, 19, Go: "d"))
        .AddSingleton(new MenuItem("care.rule_title", "/settings/care", "gift", Permission.CustomersRead, 44, MenuPlace.Page));
}
