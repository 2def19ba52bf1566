using System.Text.Json;
using System.Text.Json.Serialization;

namespace RailCrm.Platform.Fields;

public sealed partial class SaveCustomField
{
    /// <summary>What may be said of a field.</summary>
    public class Input
    {
        /// <summary>The list it belongs to; never changed.</summary>
        public string List { get; set; } = "";

        /// <summary>Its name in addresses and the API; made from the name where empty, and never changed.</summary>
        public string? Key { get; set; }

        /// <summary>What it is called in Chinese.</summary>
        public string Name { get; set; } = "";

        /// <summary>What it is called in English.</summary>
        public string? EnglishName { get; set; }

        /// <summary>What it holds; never changed.</summary>
        public CustomKind? Kind { get; set; }

        /// <summary>The options of a choice, a line each or a list of them; English behind a bar.</summary>
        [JsonConverter(typeof(LinesOrList))]
        public string? Options { get; set; }

        /// <summary>Whether a form without it is refused.</summary>
        public bool Required { get; set; }

        /// <summary>Whether no two may be the same.</summary>
        public bool Unique { get; set; }

        /// <summary>Whether lists can be filtered and put in order by it.</summary>
        public bool Indexed { get; set; }

        /// <summary>A sentence under it.</summary>
        public string? Help { get; set; }

        /// <summary>The section it stands in.</summary>
        public string? Section { get; set; }

        /// <summary>Its place there.</summary>
        public int? Position { get; set; }

        /// <summary>Ids of the roles that see it; empty for everyone, missing leaves it as it is.</summary>
        public List<long>? Roles { get; set; }

        /// <summary>The field that decides whether it is asked, as the form names it.</summary>
        public string? WhenField { get; set; }

        /// <summary>That field's values with which it is asked.</summary>
        public List<string>? WhenValues { get; set; }

        /// <summary>False once it is no longer used.</summary>
        public bool? Active { get; set; }

        /// <summary>A field as the form shows it.</summary>
        public static Input Of(CustomField f)
        {
            ArgumentNullException.ThrowIfNull(f);
            return new()
            {
                List = f.List, Key = f.Key, Name = f.Name, EnglishName = f.EnglishName, Kind = f.Kind, Options = f.Options, Required = f.Required, Unique = f.Unique, Indexed = f.Indexed, Help = f.Help, Section = f.Section,
                Position = f.Position, Roles = [.. f.RoleIds],
                WhenField = f.WhenField, WhenValues = f.WhenValues is null ? null : [.. f.WhenValues.Split(',')], Active = f.Active,
            };
        }
    }

    /// <summary>What a change over the API takes: a field just as it was told, too.</summary>
    public sealed class Told : Input
    {
        /// <summary>The field, where it is said.</summary>
        public long? Id { get; set; }

        /// <summary>Told alone: whether filters may use it yet.</summary>
        public bool? Ready { get; set; }

        /// <summary>The version it was read with; If-Match comes before it.</summary>
        public int? Version { get; set; }
    }

    /// <summary>Options as one text or as a list of lines.</summary>
    private sealed class LinesOrList : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.StartArray ? string.Join('\n', JsonSerializer.Deserialize<string[]>(ref reader, options)!) : reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
