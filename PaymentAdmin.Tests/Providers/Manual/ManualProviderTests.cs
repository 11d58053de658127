using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Manual;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Manual;

public sealed class ManualProviderTests
{
    private static readonly Guid Id = new("01980000-0000-7000-8000-000000000001");

    private static readonly Dictionary<string, string> All = new()
    {
        ["bank_name"] = "Bank of Examples",
        ["bank_beneficiary"] = "A shop",
        ["bank_account"] = "KZ000000000000000000",
        ["mobile_money_network"] = "A network",
        ["mobile_money_number"] = "000 111",
        ["cash_text"] = "Have the amount ready.",
    };

    [Fact]
    public async Task Bank_details_come_from_the_account_with_the_payment_code()
    {
        var told = await InstructionsAsync("bank_transfer", All);

        Assert.Equal(["Amount", "Bank", "Beneficiary", "Account", "Payment code"], told.Fields.Select(field => field.Label));
        Assert.Equal("KZ000000000000000000", told.Fields.Single(field => field.Label == "Account").Value);
        Assert.Equal("ABCDEFGH", told.Fields[^1].Value);
    }

    [Fact]
    public async Task Mobile_money_names_network_and_number() =>
        Assert.Equal(["A network", "000 111"], (await InstructionsAsync("mobile_money", All)).Fields.Where(field => field.Label is "Network" or "Number").Select(field => field.Value));

    [Fact]
    public async Task Cash_on_delivery_says_the_shops_words_or_ours()
    {
        Assert.Equal("Have the amount ready.", (await InstructionsAsync("cash_on_delivery", All)).Text);
        Assert.Contains("cash", (await InstructionsAsync("cash_on_delivery", new Dictionary<string, string> { ["bank_account"] = "1" })).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bank_transfer")]
    [InlineData("mobile_money")]
    public async Task Way_to_pay_without_its_details_is_refused(string method) =>
        Assert.Equal(Codes.ProviderNotConfigured, Assert.IsType<CheckoutResult.Declined>(await StartAsync(method, new Dictionary<string, string> { ["cash_text"] = "x" })).Code);

    [Fact]
    public async Task Method_that_is_none_of_its_own_is_refused() =>
        Assert.Equal(Codes.ValidationFailed, Assert.IsType<CheckoutResult.Declined>(await StartAsync("card", All)).Code);

    [Fact]
    public void It_can_do_nothing_that_needs_a_wire() => Assert.False(typeof(ManualProvider).IsAssignableTo(typeof(IRefunds)) || typeof(ManualProvider).IsAssignableTo(typeof(IReadsWebhooks)) || typeof(ManualProvider).IsAssignableTo(typeof(IQueriesStatus)));

    private static async Task<CheckoutResult.Instructions> InstructionsAsync(string method, Dictionary<string, string> settings) => Assert.IsType<CheckoutResult.Instructions>(await StartAsync(method, settings));

    private static Task<CheckoutResult> StartAsync(string method, Dictionary<string, string> settings) => new ManualProvider().StartCheckoutAsync(
        new ProviderAccountSnapshot { AccountId = Id, TenantId = Id, Provider = "manual", Mode = Mode.Live, Endpoint = AccountEndpoint.Provider, BaseUrl = "", Credentials = settings, WebhookUrl = "" },
        new CheckoutRequest { PaymentId = Id, AttemptId = Id, Amount = new Money(150000, "KZT"), OrderReference = "ORD-1", PaymentCode = "ABCDEFGH", Method = method, ReturnUrl = "https://shop.test/r", CancelUrl = "https://shop.test/c", ExpiresAt = TestClock.DefaultStart },
        CancellationToken.None);
}
