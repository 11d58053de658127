using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Web.Components.Pages.Console;

namespace PaymentAdmin.Tests.Components.Console;

public sealed class ConsoleFormTests
{
    private static readonly ProviderProfile Prompting = new()
    {
        Id = "prompting",
        Name = "Prompting Pay",
        Mark = "Pr",
        Region = "Nowhere",
        Currencies = ["KZT"],
        AmountUnit = "minor units",
        Methods = ["phone"],
        WebhookTrust = WebhookTrust.None,
        NeedsPayerPhone = true,
        NeedsShopConfig = true,
        CheckoutLifetime = TimeSpan.FromMinutes(5),
        CredentialFields = [],
        TestBaseUrl = "https://test.example",
        LiveBaseUrl = "https://live.example",
        TestInstruments = [new("Phone", "+7 701 000 1234", "Sandbox: pays after 2 s")],
    };

    [Theory]
    [InlineData("5 000.00", 500_000L)]
    [InlineData("5\u00a0000.00", 500_000L)]
    [InlineData("5000", 500_000L)]
    [InlineData("5000,5", 500_050L)]
    [InlineData("0.01", 1L)]
    public void Amount_is_read_as_people_write_it(string typed, long minor) => Assert.Equal(new Money(minor, "KZT"), ConsoleForm.Read(typed, "KZT"));

    [Theory]
    [InlineData("")]
    [InlineData("5,000")]
    [InlineData("1.005")]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("٥٠٠")]
    [InlineData("five")]
    public void Amount_that_could_mean_anything_else_is_none(string typed) => Assert.Null(ConsoleForm.Read(typed, "KZT"));

    [Fact]
    public void Chosen_provider_fills_in_what_its_profile_says()
    {
        var form = Chosen();

        Assert.Equal(("KZT", "5\u00a0000.00", "+7 701 000 1234"), (form.Currency, form.Amount, form.Phone));
    }

    [Fact]
    public void Right_fields_make_a_test_payment()
    {
        var request = Chosen().ToRequest(Guid.Empty, Guid.Empty, "console-1");

        Assert.NotNull(request);
        Assert.Equal((Mode.Test, 8, 500_000L, "prompting"), (request.Mode, request.ShopId, request.AmountMinor, request.Provider));
    }

    [Fact]
    public void Every_wrong_field_says_what_is_wrong_with_it()
    {
        var form = Chosen();
        form.ShopNumber = null;
        form.Type(ConsoleForm.AmountMember, "1.005");
        form.Type(ConsoleForm.PhoneMember, "");

        Assert.Null(form.ToRequest(Guid.Empty, Guid.Empty, "console-1"));
        Assert.Equal("The amount is a number with at most 2 decimals, such as 5000.00.", form.Error(ConsoleForm.AmountMember));
        Assert.Equal("Prompting Pay asks the payer on the phone, so it needs a number.", form.Error(ConsoleForm.PhoneMember));
        Assert.Equal("Prompting Pay needs a shop with an active config in test mode.", form.Error(ConsoleForm.ShopMember));
    }

    [Fact]
    public void Phone_is_judged_by_the_validator_of_the_use_case()
    {
        var form = Chosen();
        form.Type(ConsoleForm.PhoneMember, "12");

        Assert.Null(form.ToRequest(Guid.Empty, Guid.Empty, "console-1"));
        Assert.StartsWith("The phone must be a phone number", form.Error(ConsoleForm.PhoneMember), StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_is_no_amount()
    {
        var form = Chosen();
        form.Type(ConsoleForm.AmountMember, "0");

        Assert.Null(form.ToRequest(Guid.Empty, Guid.Empty, "console-1"));
        Assert.NotNull(form.Error(ConsoleForm.AmountMember));
    }

    [Fact]
    public void Refusal_stands_beside_the_field_that_it_names()
    {
        Assert.True(Chosen().Take(Problem.Invalid("customer.phone", "is no phone of this provider")));
        Assert.False(Chosen().Take(new Problem(Codes.ProviderNotConfigured, "No account.")));
    }

    [Fact]
    public void On_the_sandbox_an_outcome_needs_no_prefix()
    {
        Assert.Equal("Pays after 2 s", ConsoleForm.OutcomeOf(Prompting.TestInstruments[0], isOnSandbox: true));
        Assert.Equal("Sandbox: pays after 2 s", ConsoleForm.OutcomeOf(Prompting.TestInstruments[0], isOnSandbox: false));
    }

    [Fact]
    public void Every_fault_of_the_sandbox_is_on_the_dial()
    {
        var all = SandboxDial.ChoicesFor(Prompting with { WebhookTrust = WebhookTrust.BodySignature }).Select(choice => choice.Word);

        Assert.Equal(SandboxFaultKinds.All.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(SandboxDial.ChoicesFor(Prompting), choice => choice.Word == SandboxFaultKinds.DuplicateWebhook);
    }

    private static ConsoleForm Chosen()
    {
        var form = new ConsoleForm { ShopNumber = 8 };
        form.Choose(Prompting);
        return form;
    }
}
