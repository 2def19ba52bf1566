using System.Globalization;
using RailCrm.Platform.Text;

namespace RailCrm.Tests.Platform;

public sealed class TextsTests
{
    [Theory]
    [InlineData("en", "1", "1 record")]
    [InlineData("en", "2", "2 records")]
    [InlineData("en", "1,000+", "1,000+ records")]
    [InlineData("en", 1, "1 record")]
    [InlineData("en", 21, "21 records")]
    [InlineData("zh-CN", "1", "共 1 条记录")]
    public void A_number_stands_with_the_word_that_it_takes(string language, object number, string said)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            Assert.Equal(said, Texts.Get("list.work_on", number));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
