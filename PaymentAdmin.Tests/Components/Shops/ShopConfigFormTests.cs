using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Pages.Shops;

namespace PaymentAdmin.Tests.Components.Shops;

public sealed class ShopConfigFormTests
{
    private const string Token = "00000000-0000-4000-8000-00000000abcd";

    [Fact]
    public void Wrong_check_digit_is_named_as_soon_as_twelve_digits_stand_there()
    {
        var form = Filled();
        form.Type(ShopConfigForm.BinMember, "21044002834");
        Assert.Null(form.Error(ShopConfigForm.BinMember));

        form.Type(ShopConfigForm.BinMember, "210440028342");

        Assert.Equal("The check digit is wrong: the last digit would be 4 if the rest is right.", form.Error(ShopConfigForm.BinMember));
    }

    [Fact]
    public void Field_that_was_left_is_judged_while_it_is_typed()
    {
        var form = Filled();
        form.Type(ShopConfigForm.BinMember, "2104");
        form.Leave(ShopConfigForm.BinMember);
        Assert.Equal("A BIN has exactly 12 digits, 0 to 9.", form.Error(ShopConfigForm.BinMember));

        form.Type(ShopConfigForm.BinMember, "210440028324");

        Assert.Null(form.Error(ShopConfigForm.BinMember));
    }

    [Theory]
    [InlineData("8f1c2b7e-4d1-4c0a")]
    [InlineData("00000000000040008000000000000000")]
    [InlineData("{00000000-0000-4000-8000-00000000abcd}")]
    public void Token_that_is_no_uuid_is_refused_beside_its_field(string typed)
    {
        var form = Filled();
        form.Type(ShopConfigForm.TokenMember, typed);
        form.Leave(ShopConfigForm.TokenMember);

        Assert.Equal("The device token must be a UUID, such as 00000000-0000-0000-0000-000000000000.", form.Error(ShopConfigForm.TokenMember));
    }

    [Fact]
    public void Nothing_is_wrong_before_anything_was_typed_and_everything_when_it_is_saved()
    {
        var form = new ShopConfigForm { Provider = "kaspi" };
        Assert.Null(form.Error(ShopConfigForm.ShopIdMember));

        var wrong = form.LeaveAll();

        Assert.Equal(2, wrong);
        Assert.Equal("The shop ID must be a whole number from 1 to 2147483647.", form.Error(ShopConfigForm.ShopIdMember));
        Assert.Equal("A BIN is required.", form.Error(ShopConfigForm.BinMember));
    }

    [Fact]
    public void Empty_token_keeps_the_present_one_and_a_tick_removes_it()
    {
        var form = Filled();
        Assert.False(form.ToRequest(Guid.Empty).DeviceToken.IsGiven);

        form.Type(ShopConfigForm.TokenMember, Token);
        Assert.Equal(new Given<string>(true, Token), form.ToRequest(Guid.Empty).DeviceToken);

        form.RemovesToken = true;
        Assert.Equal(new Given<string>(true, null), form.ToRequest(Guid.Empty).DeviceToken);
        Assert.Equal("", form.Token);
    }

    [Fact]
    public void Change_names_the_version_that_was_seen() => Assert.Equal(4, ShopConfigForm.Of(Item()).ToRequest(Guid.Empty).ExpectedVersion);

    [Fact]
    public void Refusal_of_the_use_case_stands_beside_its_field_until_it_is_typed_over()
    {
        var form = Filled();

        Assert.True(form.Take(Problem.Invalid("organization_bin", "is blocked")));
        Assert.Equal("The BIN is blocked.", form.Error(ShopConfigForm.BinMember));
        form.Type(ShopConfigForm.BinMember, "991011000048");

        Assert.Null(form.Error(ShopConfigForm.BinMember));
    }

    [Fact]
    public void Refusal_that_names_no_field_is_left_to_the_dialog() => Assert.False(Filled().Take(new Problem(Codes.ConfigExists, "It exists.")));

    internal static ShopConfigItem Item(bool isActive = true) => new()
    {
        Id = 7,
        ShopId = 8,
        ShopName = "Almaty, Abay",
        OrganizationBin = "210440028324",
        OrganizationName = "Almaty Retail LLP",
        DeviceToken = "00000000…",
        Description = "Main till",
        IsActive = isActive,
        Provider = "kaspi",
        Mode = Mode.Test,
        AccountId = null,
        Version = 4,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        UpdatedBy = "anna@shop.test",
    };

    private static ShopConfigForm Filled() => ShopConfigForm.Of(Item());
}
