using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Platform;

public sealed class StorageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <remarks>Without the lock around it the pool of Microsoft.Data.Sqlite 10.0.11 lends one connection twice within some hundred of these waves (dotnet/efcore#39008).</remarks>
    [Fact]
    public async Task Nobody_is_lent_the_connection_that_another_has_open()
    {
        const int People = 8;
        const int Waves = 400;
        await using var app = await CrmApp.Start(Engine.Sqlite);
        var lent = new object?[People];
        var shared = 0;
        using var all = new Barrier(People, _ => shared += People - lent.Distinct(ReferenceEqualityComparer.Instance).Count());
        using var closed = new Barrier(People);

        await Task.WhenAll(Enumerable.Range(0, People).Select(n => Task.Factory.StartNew(() =>
        {
            for (var wave = 0; wave < Waves; wave++)
            {
                using var services = app.Services.CreateScope();
                var database = services.ServiceProvider.GetRequiredService<CrmDb>().Database;
                Assert.True(closed.SignalAndWait(TimeSpan.FromMinutes(1)));
                database.OpenConnection();
                lent[n] = ((SqliteConnection)database.GetDbConnection()).Handle;
                Assert.True(all.SignalAndWait(TimeSpan.FromMinutes(1)));
                database.CloseConnection();
            }
        }, Ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Equal(0, shared);
    }
}
