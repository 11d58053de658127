using System.Text.RegularExpressions;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Pages.Payer;

namespace PaymentAdmin.Tests.Pages.Payer;

/// <summary>Every language says everything, and nothing is said that nobody reads.</summary>
public sealed partial class PayerTextsTests
{
    private static readonly PayerTexts English = PayerTexts.All[0];
    private static readonly string Sources = string.Join('\n', Repository.Sources("PaymentAdmin.Web", ".cs", ".razor").Where(file => file.Path.Contains("/Payer/", StringComparison.Ordinal) || file.Name == "PayerForms.cs").Select(file => file.Text));

    [Fact]
    public void All_languages_have_all_texts_with_the_same_places_to_fill()
    {
        Assert.Equal(["en", "ru", "kk"], PayerTexts.All.Select(texts => texts.Language));
        foreach (var texts in PayerTexts.All)
        {
            Assert.Equal(English.Keys.Order(StringComparer.Ordinal), texts.Keys.Order(StringComparer.Ordinal));
            Assert.All(texts.Keys, key => Assert.False(string.IsNullOrWhiteSpace(texts[key]), $"{texts.Language} {key}"));
            Assert.All(texts.Keys, key => Assert.Equal((key, Places(English[key])), (key, Places(texts[key]))));
        }
    }

    [Fact]
    public void Other_languages_are_no_copies() =>
        Assert.All(PayerTexts.All.Skip(1), texts => Assert.True(texts.Keys.Count(key => texts[key] == English[key]) < 5, texts.Language));

    [Fact]
    public void Texts_that_pages_name_are_there_and_all_are_named()
    {
        var named = TextName().Matches(Sources).Select(match => match.Groups["key"].Value).Where(key => key.Contains('.', StringComparison.Ordinal) || English.Has(key)).ToHashSet(StringComparer.Ordinal);
        var families = Family().Matches(Sources).Select(match => match.Groups["key"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(NamedText().Matches(Sources).Select(match => match.Groups["key"].Value), key => !English.Has(key));
        Assert.DoesNotContain(English.Keys, key => !named.Contains(key) && !families.Any(family => key.StartsWith(family, StringComparison.Ordinal)) && !key.StartsWith("method.", StringComparison.Ordinal) && !key.StartsWith("hint.", StringComparison.Ordinal));
    }

    [Fact]
    public void Words_of_enums_have_texts()
    {
        Assert.All(Enum.GetValues<ProofRejection>(), rejection => Assert.True(English.Has($"rejection.{Words.Of(rejection)}")));
        Assert.All(Enum.GetValues<PaymentKind>(), kind => Assert.True(English.Has($"kind.{Words.Of(kind)}") && English.Has($"status.succeeded.{Words.Of(kind)}")));
        Assert.All([Codes.ValidationFailed, Codes.ProviderUnavailable, Codes.ProviderNotConfigured, Codes.RateLimited, Codes.ProviderRejected, null], code => Assert.True(English.Has($"error.{PayerLinks.ErrorOf(code)}")));
    }

    [Fact]
    public async Task Methods_and_words_of_all_providers_are_said_in_all_languages()
    {
        await using var app = await TestApp.StartAsync();
        foreach (var provider in app.Get<ProviderRegistry>().All)
        {
            Assert.All(provider.Profile.Methods, method => Assert.True(English.Has($"method.{method}") && English.Has($"hint.{method}"), method));
            var words = provider.Profile.PayerWords;
            Assert.All(words.Values, translated => Assert.Equal(words.Values.First().Keys.Order(StringComparer.Ordinal), translated.Keys.Order(StringComparer.Ordinal)));
            Assert.All(PayerTexts.All.Skip(1), texts =>
            {
                // Figures, codes and names stay as they are.
                Assert.All(provider.Profile.TestInstruments, one => Assert.DoesNotMatch("[a-z]{2,}", $"{texts.Outcome(provider.Profile, one.Value)} {texts.Outcome(provider.Profile, one.Outcome)}".Replace("3-D Secure", "", StringComparison.Ordinal).Replace("Daraja", "", StringComparison.Ordinal)));
                Assert.True(provider.Profile.TestAdvice is not { } advice || texts.Translate(provider.Profile, advice) != advice, provider.Profile.Id);
            });
            Assert.True(words.Count == 0 || words.Keys.Order(StringComparer.Ordinal).SequenceEqual(["kk", "ru"]), provider.Profile.Id);
        }
    }

    [Theory]
    [InlineData("en", "Declined: insufficient funds; CVV 787")]
    [InlineData("ru", "Отклонена: недостаточно средств; CVV 787")]
    [InlineData("kk", "Қабылданбайды: қаражат жеткіліксіз; CVV 787")]
    public async Task Test_cards_say_what_they_do_clause_by_clause(string language, string said)
    {
        await using var app = await TestApp.StartAsync();

        Assert.Equal(said, PayerTexts.All.Single(one => one.Language == language).Outcome(app.Get<ProviderRegistry>().All[0].Profile, "Declined: insufficient funds; CVV 787"));
    }

    [Theory]
    [InlineData("en", "12\u00a0800.50\u00a0KZT", "1\u00a0500\u00a0JPY", "1.234\u00a0KWD")]
    [InlineData("ru", "12\u00a0800,50\u00a0KZT", "1\u00a0500\u00a0JPY", "1,234\u00a0KWD")]
    [InlineData("kk", "12\u00a0800,50\u00a0KZT", "1\u00a0500\u00a0JPY", "1,234\u00a0KWD")]
    public void Amounts_are_written_as_the_language_writes_them(string language, string tenge, string yen, string dinar)
    {
        var texts = PayerTexts.All.Single(one => one.Language == language);

        Assert.Equal((tenge, yen, dinar), (texts.Amount(new Money(1_280_050, "KZT")), texts.Amount(new Money(1_500, "JPY")), texts.Amount(new Money(1_234, "KWD"))));
    }

    [Fact]
    public void Times_are_the_shops()
    {
        var at = new DateTimeOffset(2026, 11, 21, 19, 30, 0, TimeSpan.Zero);
        var almaty = TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty");

        Assert.Equal("22 Nov 2026, 00:30 (Almaty)", English.Moment(at, almaty));
        Assert.Equal("22.11.2026, 00:30 (Almaty)", PayerTexts.All[1].Moment(at, almaty));
    }

    private static string Places(string text) => string.Concat(Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    // Any quoted word: conditions choose between two of them.
    [GeneratedRegex("\"(?<key>[a-z_]+(?:\\.[a-z_]+)*)\"")]
    private static partial Regex TextName();

    [GeneratedRegex("(?:[tT]exts\\[|\\.Say\\()\"(?<key>[a-z_.]+)\"")]
    private static partial Regex NamedText();

    // $"status.succeeded.{…}"
    [GeneratedRegex("\\$\"(?<key>[a-z_]+(?:\\.[a-z_]+)*\\.)\\{")]
    private static partial Regex Family();
}
