using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

public sealed class SecondFactorGateTests
{
    [Fact]
    public void Session_by_password_alone_must_enrol() => Assert.True(SecondFactorGate.IsMissing(Session(Roles.Clerk, "pwd")));

    [Fact]
    public void Session_with_both_factors_passes() => Assert.False(SecondFactorGate.IsMissing(Session(Roles.Superadmin, SecondFactorGate.MultiFactor)));

    [Fact]
    public void Auditor_is_not_asked() => Assert.False(SecondFactorGate.IsMissing(Session(Roles.Auditor, "pwd")));

    [Fact]
    public void Api_key_is_not_asked() => Assert.False(SecondFactorGate.IsMissing(Session(Roles.Admin, "pwd", scheme: "ApiKey")));

    [Fact]
    public void Nobody_is_not_asked() => Assert.False(SecondFactorGate.IsMissing(new ClaimsPrincipal(new ClaimsIdentity())));

    private static ClaimsPrincipal Session(string role, string method, string? scheme = null) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Role, role), new Claim(SecondFactorGate.MethodClaim, method)], scheme ?? IdentityConstants.ApplicationScheme));
}
