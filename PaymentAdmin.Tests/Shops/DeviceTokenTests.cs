using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Shops;

public sealed class DeviceTokenTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0")]
    [InlineData("0E1D2C3B-4A59-4687-9786-A5B4C3D2E1F0")]
    public void Uuid_or_none_is_right(string? token) => Assert.Null(DeviceToken.Fault(token));

    [Theory]
    [InlineData("")]
    [InlineData("your-device-token-uuid")]
    [InlineData("0e1d2c3b4a5946879786a5b4c3d2e1f0")]
    [InlineData("{0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0}")]
    [InlineData("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f")]
    [InlineData("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0 ")]
    [InlineData("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1fg")]
    [InlineData("0e1d2c3b-4a59-4687-9786a-5b4c3d2e1f0")]
    [InlineData("+e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0")]
    [InlineData("0x1d2c3b-4a59-4687-9786-a5b4c3d2e1f0")]
    [InlineData("٠e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0")]
    [InlineData("0e1d2c3b‐4a59‐4687‐9786‐a5b4c3d2e1f0")]
    public void Anything_else_is_refused(string token) => Assert.NotNull(DeviceToken.Fault(token));

    [Fact]
    public void Masked_form_is_told_apart() => Assert.True(DeviceToken.IsMasked("0e1d2c3b…"));

    [Fact]
    public void Fingerprint_does_not_depend_on_the_spelling_and_differs_by_tenant()
    {
        var tenant = new Guid("01980000-0000-7000-8000-000000000001");

        Assert.Equal(DeviceToken.Fingerprint("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", tenant), DeviceToken.Fingerprint("0E1D2C3B-4A59-4687-9786-A5B4C3D2E1F0", tenant));
        Assert.NotEqual(DeviceToken.Fingerprint("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", tenant), DeviceToken.Fingerprint("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", Guid.Empty));
    }
}
