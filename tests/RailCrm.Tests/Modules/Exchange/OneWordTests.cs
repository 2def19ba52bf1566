using System.Globalization;
using RailCrm.Modules.Exchange;
using RailCrm.Platform.Text;

namespace RailCrm.Tests.Modules.Exchange;

/// <summary>One word for one thing: pages, templates and exports call a field alike, and the import knows it by that.</summary>
public sealed class OneWordTests
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public void A_customers_field_has_the_pages_word_in_template_and_mapping_and_is_known_by_it(string language)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = new(language);
        try
        {
            var fields = ImportKind.Named("customers")!.Fields.ToDictionary(f => f.Name);
            foreach (var (name, page) in new[] { ("name", "customer.name"), ("unit", "customer.unit"), ("creditCode", "customer.credit_code"), ("industry", "customer.industry"), ("region", "customer.region") })
            {
                Assert.Equal((Texts.Get(page), Texts.Get(page)), (fields[name].Label, fields[name].Header));
            }

            foreach (var kind in ImportKind.All)
            {
                var headers = kind.Fields.Where(f => !f.IsOrigin).ToDictionary(f => f.Name, f => f.Header);
                Assert.Equal(headers, FieldMap.Guess(kind, [.. headers.Values]));
            }
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
