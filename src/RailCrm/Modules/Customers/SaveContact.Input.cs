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

        /// <summary>A second mobile.</summary>
        public string? Mobile2 { get; set; }

        /// <summary>A second landline.</summary>
        public string? Phone2 { get; set; }

        /// <summary>A second e-mail.</summary>
        public string? Email2 { get; set; }

        /// <summary>WeChat.</summary>
        public string? WeChat { get; set; }

        /// <summary>How the person wants to be reached.</summary>
        public ContactWay? PreferredWay { get; set; }

        /// <summary>When, in words.</summary>
        public string? PreferredTime { get; set; }

        /// <summary>What the person has to say in a decision.</summary>
        public DecisionRole? DecisionRole { get; set; }

        /// <summary>Another contact of the customer, to whom this one reports.</summary>
        public long? ReportsToId { get; set; }

        /// <summary>How the person stands to us.</summary>
        public Attitude? Attitude { get; set; }

        /// <summary>How much the person's word weighs.</summary>
        public Influence? Influence { get; set; }

        /// <summary>How near the person is to us.</summary>
        public Closeness? Closeness { get; set; }

        /// <summary>What the person is able to do at work.</summary>
        public string? Competence { get; set; }

        /// <summary>1980-05-03, or 05-03 where the year is not known.</summary>
        public string? Birthday { get; set; }

        /// <summary>Whether the birthday is of the lunar calendar; missing leaves it as it is. One in a leap month is said by the month of the same number.</summary>
        public bool? BirthdayLunar { get; set; }

        /// <summary>Customs to respect.</summary>
        public string? Customs { get; set; }

        /// <summary>Since when the person is not active; today where that is not said. Nothing for somebody active.</summary>
        public DateOnly? InactiveOn { get; set; }

        /// <summary>Why the person is not active.</summary>
        public string? InactiveReason { get; set; }

        /// <summary>The group's own fields: key → what one would type; missing changes nothing.</summary>
        public Dictionary<string, string?>? Custom { get; set; }
    }

    /// <summary>What the API tells of a contact beyond name and first numbers.</summary>
    public abstract record Depth
    {
        internal Depth(Contact c)
        {
            (Mobile2, Phone2, Email2, WeChat, PreferredWay, PreferredTime) = (c.Mobile2, c.Phone2, c.Email2, c.WeChat, c.PreferredWay, c.PreferredTime);
            (DecisionRole, ReportsToId, Attitude, Influence, Closeness, Competence) = (c.DecisionRole, c.ReportsToId, c.Attitude, c.Influence, c.Closeness, c.Competence);
            (Birthday, BirthdayLunar, Customs, InactiveOn, InactiveReason) = (c.Birthday, c.BirthdayLunar, c.Customs, c.InactiveOn, c.InactiveReason);
        }

        /// <summary>A second mobile.</summary>
        public string? Mobile2 { get; private init; }

        /// <summary>A second landline.</summary>
        public string? Phone2 { get; private init; }

        /// <summary>A second e-mail.</summary>
        public string? Email2 { get; private init; }

        /// <summary>WeChat.</summary>
        public string? WeChat { get; private init; }

        /// <summary>How the person wants to be reached.</summary>
        public ContactWay? PreferredWay { get; private init; }

        /// <summary>When, in words.</summary>
        public string? PreferredTime { get; private init; }

        /// <summary>What the person has to say in a decision.</summary>
        public DecisionRole? DecisionRole { get; private init; }

        /// <summary>Another contact of the customer, to whom this one reports.</summary>
        public long? ReportsToId { get; private init; }

        /// <summary>How the person stands to us.</summary>
        public Attitude? Attitude { get; private init; }

        /// <summary>How much the person's word weighs.</summary>
        public Influence? Influence { get; private init; }

        /// <summary>How near the person is to us.</summary>
        public Closeness? Closeness { get; private init; }

        /// <summary>What the person is able to do at work.</summary>
        public string? Competence { get; private init; }

        /// <summary>1980-05-03, or 05-03 where the year is not known.</summary>
        public string? Birthday { get; private init; }

        /// <summary>Whether the birthday is of the lunar calendar.</summary>
        public bool BirthdayLunar { get; private init; }

        /// <summary>Customs to respect.</summary>
        public string? Customs { get; private init; }

        /// <summary>Since when the person is not active.</summary>
        public DateOnly? InactiveOn { get; private init; }

        /// <summary>Why the person is not active.</summary>
        public string? InactiveReason { get; private init; }
    }

    /// <summary>A contact as the API tells it.</summary>
    public sealed record Answer : Depth
    {
        private Answer(Contact c) : base(c)
        {
        }

        /// <summary>Its key.</summary>
        public required long Id { get; init; }

        /// <summary>Name.</summary>
        public required string Name { get; init; }

        /// <summary>Title.</summary>
        public required string? Title { get; init; }

        /// <summary>Mobile.</summary>
        public required string? Mobile { get; init; }

        /// <summary>Landline.</summary>
        public required string? Phone { get; init; }

        /// <summary>E-mail.</summary>
        public required string? Email { get; init; }

        /// <summary>Whether it is the first one to call.</summary>
        public required bool IsMain { get; init; }

        /// <summary>Whether the person still works there and for us.</summary>
        public required bool Active { get; init; }

        /// <summary>UTC.</summary>
        public required DateTime CreatedAt { get; init; }

        /// <summary>Raised with every change.</summary>
        public required int Version { get; init; }

        /// <summary>The group's own fields.</summary>
        public required IReadOnlyDictionary<string, string?>? Custom { get; init; }

        internal static Answer Of(Contact c, IReadOnlyDictionary<string, string?>? custom) => new(c)
        {
            Id = c.Id, Name = c.Name, Title = c.Title, Mobile = c.Mobile, Phone = c.Phone, Email = c.Email, IsMain = c.IsMain, Active = c.Active, CreatedAt = c.CreatedAt, Version = c.Version, Custom = custom,
        };
    }
}
