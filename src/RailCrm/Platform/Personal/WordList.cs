using System.Text.Json;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Personal;

/// <summary>Words that make a note smell of what the law protects most: health, belief and the like. They warn, and refuse nothing.</summary>
/// <remarks>A line is a kind, a colon, and its words with commas between them.</remarks>
internal static class WordList
{
    /// <summary>The list where the group has none of its own.</summary>
    public const string Usual = """
        健康 health: 癌, 肿瘤, 糖尿病, 高血压, 心脏病, 肝炎, 艾滋, 抑郁, 精神病, 住院, 手术, 病历, 诊断, 残疾, 怀孕, 流产, 体检报告, cancer, tumour, tumor, diabetes, hypertension, hepatitis, HIV, AIDS, depression, surgery, diagnosis, hospitalised, hospitalized, disabled, pregnant
        宗教 belief: 宗教, 信教, 佛教, 道教, 基督教, 天主教, 伊斯兰, 穆斯林, 清真寺, 教徒, 礼拜, 受洗, religion, religious, Muslim, Christian, Catholic, Buddhist, church, mosque
        民族 ethnicity: 民族成分, 少数民族, 回族, 藏族, 维吾尔, ethnicity, ethnic
        政治 politics: 政治面貌, 政治立场, 党派, 民主党派, 上访, 政治观点, political, party member
        工会 union: 工会, 罢工, trade union, union member, strike
        性与婚恋 sexual life: 性取向, 同性恋, 婚外情, 出轨, 情妇, 小三, 离婚, homosexual, gay, lesbian, affair, divorce
        生物识别 biometrics: 指纹, 人脸, 虹膜, 声纹, 基因, DNA, fingerprint, face scan, iris, genome
        证件与账户 papers and accounts: 身份证号, 护照号, 银行卡号, 工资卡, 征信, 负债, 欠债, 借贷, 破产, 赌债, ID card, passport number, bank card, credit score, in debt, bankrupt
        行踪 whereabouts: 家庭住址, 行踪, 定位, 轨迹, home address, whereabouts
        违法记录 offences: 前科, 判刑, 拘留, 犯罪, 失信, 吸毒, 赌博, criminal record, convicted, arrested, drugs, gambling
        未成年人 minors: 未成年, 儿子, 女儿, 小孩, 孩子, 幼儿园, 小学生, 中学生, 高考, minor child, son, daughter, kindergarten
        """;

    /// <summary>The kinds of which there are words in these texts, each with the words; empty where nothing smells.</summary>
    public static async Task<IReadOnlyList<(string Kind, IReadOnlyList<string> Words)>> In(CrmDb db, CancellationToken ct, params string?[] texts)
    {
        var text = string.Join('\n', texts.Where(t => !string.IsNullOrWhiteSpace(t)));
        return text.Length == 0 ? [] : Find((await PersonalRule.Of(db, ct)).Words ?? Usual, text);
    }

    /// <summary>Keeps in the trail that a text was saved all the same: of which kinds its words are, not the words.</summary>
    public static async Task Record(CrmDb db, string entity, long id, long customerId, CancellationToken ct, params string?[] texts)
    {
        if (await In(db, ct, texts) is { Count: > 0 } found)
        {
            db.Add(new AuditEntry(db.Actor, db.UtcNow, "words_kept", entity, id, customerId, JsonSerializer.Serialize(new Dictionary<string, string?[]> { ["Words"] = [null, string.Join("; ", found.Select(f => f.Kind))] }, AuditEntry.Plainly)));
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>In one line for whoever is warned.</summary>
    public static string Said(IEnumerable<(string Kind, IReadOnlyList<string> Words)> found) => string.Join("; ", found.Select(f => $"{f.Kind}: {string.Join(", ", f.Words)}"));

    /// <summary>As the other, by a given list.</summary>
    internal static IReadOnlyList<(string Kind, IReadOnlyList<string> Words)> Find(string list, string text) =>
        [.. Lines(list).Select(l => (l.Kind, (IReadOnlyList<string>)[.. l.Words.Where(w => Stands(text, w))])).Where(f => f.Item2.Count > 0)];

    /// <summary>The number of the first line that is none; null where all are.</summary>
    public static int? Wrong(string list)
    {
        var at = list.ReplaceLineEndings("\n").Split('\n').Select((l, i) => (Line: l.Trim(), Number: i + 1)).FirstOrDefault(l => l.Line.Length > 0 && !l.Line.StartsWith('#') && Read(l.Line) is not { Words.Count: > 0 });
        return at.Line is null ? null : at.Number;
    }

    private static IEnumerable<(string Kind, List<string> Words)> Lines(string list) => list.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('#')).Select(Read).OfType<(string, List<string>)>();

    private static (string Kind, List<string> Words)? Read(string line) =>
        line.IndexOfAny([':', '：']) is var at && at > 0 ? (line[..at].Trim(), [.. line[(at + 1)..].Split([',', '，', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]) : null;

    /// <summary>Whether a word stands in a text; one of letters as a word of its own, so that "son" is not in "reason".</summary>
    private static bool Stands(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var (before, after) = (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]), at + word.Length < text.Length && char.IsAsciiLetterOrDigit(text[at + word.Length]));
            if ((!before || !char.IsAsciiLetterOrDigit(word[0])) && (!after || !char.IsAsciiLetterOrDigit(word[^1])))
            {
                return true;
            }
        }

        return false;
    }
}
