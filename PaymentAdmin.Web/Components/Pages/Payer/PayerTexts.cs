using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Components.Pages.Payer;

/// <summary>What payers read, in one language: the texts of <c>Texts/{language}.json</c>, and amounts and times as that language writes them.</summary>
public sealed partial class PayerTexts
{
    public const string Parameter = "lang";
    private const string Cookie = "pa-lang";
    private static readonly PathString[] Pages = ["/pay", "/payment", "/l"];
    private static readonly char[] FigureCharacters = [.. " /0123456789"];
    private readonly Dictionary<string, string> texts;

    private PayerTexts(string language)
    {
        Language = language;
        using var file = typeof(PayerTexts).Assembly.GetManifestResourceStream($"texts/{language}.json") ?? throw new InvalidOperationException($"There are no texts in '{language}'.");
        texts = JsonSerializer.Deserialize<Dictionary<string, string>>(file) ?? [];
    }

    /// <summary>The first one is spoken to whoever asks for none of them.</summary>
    public static IReadOnlyList<PayerTexts> All { get; } = [new("en"), new("ru"), new("kk")];

    /// <summary>ISO 639-1.</summary>
    public string Language { get; }

    public IReadOnlyCollection<string> Keys => texts.Keys;

    public string this[string key] => texts.TryGetValue(key, out var text) ? text : throw new ArgumentException($"There is no text '{key}' in '{Language}'.", nameof(key));

    public bool Has(string key) => texts.ContainsKey(key);

    public string Say(string key, params object?[] values) => string.Format(CultureInfo.InvariantCulture, this[key], values);

    public string Figure(Money money) => this["decimals"] == "," ? MoneyFormat.FigureWithComma(money.Minor, money.Currency) : MoneyFormat.Figure(money);

    /// <summary>"5 000,00 KZT".</summary>
    public string Amount(Money money) => $"{Figure(money)}\u00a0{money.Currency}";

    /// <summary>"21 Nov 2026, 15:10 (Almaty)", on the shop's clock.</summary>
    public string Moment(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var city = zone.Id[(zone.Id.LastIndexOf('/') + 1)..].Replace('_', ' ');
        return $"{local.ToString(this["day"], CultureInfo.InvariantCulture)}, {local.ToString("HH:mm", CultureInfo.InvariantCulture)} ({city})";
    }

    /// <summary>A provider's own words for payers.</summary>
    public string Translate(ProviderProfile provider, string english) =>
        provider.PayerWords.TryGetValue(Language, out var words) && words.TryGetValue(english, out var text) ? text : english;

    /// <summary>What a provider's test card does. Its clauses are said by each language; figures, and words that no language has, stay as they are.</summary>
    public string Outcome(ProviderProfile provider, string english)
    {
        if (Language == All[0].Language)
            return english;
        var said = string.Concat(Comma().Split(english).Select(clause => Clause(provider, clause)));
        return said.Length > 0 ? char.ToUpperInvariant(said[0]) + said[1..] : said;
    }

    private string Clause(ProviderProfile provider, string english)
    {
        var words = english.TrimEnd(FigureCharacters);
        var key = $"test.says.{Gap().Replace(words.ToLowerInvariant(), "_").Trim('_')}";
        return Has(key) ? this[key] + english[words.Length..] : Translate(provider, english);
    }

    public static bool AreReadAt(PathString path) => Array.Exists(Pages, page => path.StartsWithSegments(page, StringComparison.OrdinalIgnoreCase));

    /// <summary>As the address says, else as chosen before, else as the browser prefers.</summary>
    public static PayerTexts Of(HttpContext http) =>
        Find(http.Request.Query[Parameter]) ?? Find(http.Request.Cookies[Cookie])
        ?? http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(wish => wish.Quality ?? 1).Select(wish => Find(wish.Value.Value?.Split('-')[0])).FirstOrDefault(found => found is not null)
        ?? All[0];

    /// <summary>Remembers the choice that the address makes: the provider's page leads back without it.</summary>
    public static PayerTexts Choose(HttpContext http)
    {
        if (Find(http.Request.Query[Parameter]) is { } chosen && http.Request.Cookies[Cookie] != chosen.Language)
            http.Response.Cookies.Append(Cookie, chosen.Language, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true });
        return Of(http);
    }

    private static PayerTexts? Find(string? language) => All.FirstOrDefault(texts => texts.Language.Equals(language, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("(?<comma>[;:,] )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Comma();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 200)]
    private static partial Regex Gap();
}
