using System.Globalization;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Components.Pages.Console;

/// <summary>What stands in the console's fields, judged by the validator of <see cref="CreatePayment"/> and by what the provider's profile asks for.</summary>
public sealed class ConsoleForm
{
    public const string AmountMember = "amount_minor";
    public const string PhoneMember = "customer.phone";
    public const string ShopMember = "shop_id";

    private const string PhoneLabel = "Phone";
    private static readonly CreatePaymentValidator Validator = new();

    private readonly Dictionary<string, string> faults = new(StringComparer.Ordinal);

    public ProviderProfile? Provider { get; private set; }
    public int? ShopNumber { get; set; }
    public string Amount { get; private set; } = "";
    public string Currency { get; set; } = "";
    public string Phone { get; private set; } = "";

    public static bool IsPhone(TestInstrument instrument) => instrument.Label == PhoneLabel;

    /// <summary>The profile says which outcomes only the sandbox has; where that is what is called, it goes without saying.</summary>
    public static string OutcomeOf(TestInstrument instrument, bool isOnSandbox)
    {
        const string prefix = "Sandbox: ";
        return isOnSandbox && instrument.Outcome.StartsWith(prefix, StringComparison.Ordinal) && instrument.Outcome.Length > prefix.Length
            ? char.ToUpperInvariant(instrument.Outcome[prefix.Length]) + instrument.Outcome[(prefix.Length + 1)..]
            : instrument.Outcome;
    }

    /// <summary>Starts anew with a provider: its currency, an ordinary amount, its first test phone.</summary>
    public void Choose(ProviderProfile provider)
    {
        Provider = provider;
        faults.Clear();
        if (!provider.Currencies.Contains(Currency))
        {
            Currency = provider.Currencies[0];
            Amount = MoneyFormat.Figure(Usual(provider, Currency), Currency);
        }
        Phone = provider.TestInstruments.FirstOrDefault(IsPhone)?.Value ?? "";
    }

    public string? Error(string member) => faults.GetValueOrDefault(member);

    public void Type(string member, object? value)
    {
        var text = value as string ?? "";
        faults.Remove(member);
        if (member == AmountMember)
            Amount = text;
        else if (member == PhoneMember)
            Phone = text;
    }

    /// <summary>The request, or null when a field is wrong and says so.</summary>
    public CreatePaymentRequest? ToRequest(Guid tenantId, Guid paymentId, string reference)
    {
        faults.Clear();
        var money = Read(Amount, Currency);
        if (money is null)
            faults[AmountMember] = $"The amount is a number with at most {Core.Currency.Exponent(Currency)} decimals, such as {Money.ToPlain(Usual(Provider, Currency), Core.Currency.Exponent(Currency))}.";
        if (Provider is { NeedsPayerPhone: true } && string.IsNullOrWhiteSpace(Phone))
            faults[PhoneMember] = $"{Provider.Name} asks the payer on the phone, so it needs a number.";
        if (Provider is { NeedsShopConfig: true } && ShopNumber is null)
            faults[ShopMember] = $"{Provider.Name} needs a shop with an active config in test mode.";
        var request = new CreatePaymentRequest
        {
            TenantId = tenantId,
            Mode = Mode.Test,
            PaymentId = paymentId,
            ShopId = ShopNumber,
            OrderReference = reference,
            AmountMinor = money?.Minor ?? 1,
            Currency = Currency,
            Description = "Test console",
            CustomerPhone = string.IsNullOrWhiteSpace(Phone) ? null : Phone.Trim(),
            Provider = Provider?.Id,
        };
        foreach (var fault in Validator.Validate(request).Errors)
            faults.TryAdd(fault.PropertyName, Sentence(fault.PropertyName, fault.ErrorMessage));
        return faults.Count == 0 ? request : null;
    }

    /// <summary>Puts what the use case refused beside its fields; false when it names none of them.</summary>
    public bool Take(Problem problem)
    {
        foreach (var (member, texts) in problem.Errors ?? new Dictionary<string, string[]>())
            faults[member] = Sentence(member, texts[0]);
        return faults.Count > 0 && faults.Keys.All(member => member is AmountMember or PhoneMember or ShopMember);
    }

    /// <summary>"5 000.00", "5000" and "5000,5" are amounts; "5,000" is none, because nobody knows which it means.</summary>
    public static Money? Read(string text, string currency)
    {
        var plain = string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
        if (plain.Count(character => character == ',') == 1 && !plain.Contains('.', StringComparison.Ordinal) && plain.Length - plain.IndexOf(',', StringComparison.Ordinal) <= 3)
            plain = plain.Replace(',', '.');
        return plain.All(character => char.IsAsciiDigit(character) || character == '.')
            && decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major)
            && Money.TryFromMajor(major, currency, out var money)
                ? money
                : null;
    }

    private static long Usual(ProviderProfile? provider, string currency)
    {
        var minor = 5000 * Core.Currency.Scale(Core.Currency.Exponent(currency)) / (currency is "KZT" or "NGN" ? 1 : 50);
        return provider?.Limits.TryGetValue(currency, out var limits) == true ? Math.Clamp(minor, limits.MinMinor, limits.MaxMinor) : minor;
    }

    private static string Sentence(string member, string text)
    {
        var label = member switch { AmountMember => "The amount", PhoneMember => "The phone", ShopMember => "The shop", _ => $"'{member}'" };
        return text.Length > 0 && char.IsLower(text[0]) ? $"{label} {text}." : text;
    }
}
