namespace RailCrm.Modules.Customers;

public sealed partial class SaveContact
{
    /// <summary>What may be said of a contact.</summary>
    public sealed class Input
    {
        /// <summary>Name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Title.</summary>
        public string? Title { get; set; }

        /// <summary>Mobile.</summary>
        public string? Mobile { get; set; }

        /// <summary>Landline.</summary>
        public string? Phone { get; set; }

        /// <summary>E-mail.</summary>
        public string? Email { get; set; }

        /// <summary>The first one to call; at most one a customer. Missing leaves it as it is; the first contact of a customer becomes it.</summary>
        public bool? IsMain { get; set; }

        /// <summary>False when the person no longer works there or for us; missing leaves it as it is.</summary>
        public bool? Active { get; set; }

        /// <summary>The group's own fields: key → what one would type; missing changes nothing.</summary>
        public Dictionary<string, string?>? Custom { get; set; }
    }

    /// <summary>A contact as the API tells it.</summary>
    public sealed record Answer(long Id, string Name, string? Title, string? Mobile, string? Phone, string? Email, bool IsMain, bool Active, DateTime CreatedAt, int Version, IReadOnlyDictionary<string, string?>? Custom)
    {
        internal static Answer Of(Contact c, IReadOnlyDictionary<string, string?>? custom) => new(c.Id, c.Name, c.Title, c.Mobile, c.Phone, c.Email, c.IsMain, c.Active, c.CreatedAt, c.Version, custom);
    }
}
