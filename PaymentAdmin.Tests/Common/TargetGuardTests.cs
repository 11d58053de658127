using System.Net;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Tests.Common;

public sealed class TargetGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("fc00::1")]
    [InlineData("fdff::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Inner_address_is_not_public(string address) => Assert.False(TargetGuard.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("185.125.90.141")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2002:808:808::")]
    [InlineData("2606:4700::1111")]
    public void Address_of_the_open_internet_is_public(string address) => Assert.True(TargetGuard.IsPublic(IPAddress.Parse(address)));

    // Each is another spelling of 127.0.0.1 that some resolver takes.
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task No_spelling_of_loopback_passes(string host) =>
        await Assert.ThrowsAsync<TargetRefusedException>(() => ResolveAsync(Guard(), host, 443));

    [Fact]
    public async Task Public_address_passes_as_it_is() =>
        Assert.Equal([IPAddress.Parse("185.125.90.141")], await ResolveAsync(Guard(), "185.125.90.141", 443));

    [Theory]
    [InlineData("http://127.0.0.1:5080", "127.0.0.1", 5080, true)]
    [InlineData("http://LOCALHOST:5080", "localhost", 5080, true)]
    [InlineData("http://[::1]:5080", "::1", 5080, true)]
    [InlineData("http://127.0.0.1:5080", "127.0.0.1", 5432, false)]
    [InlineData("http://127.0.0.1:5080", "localhost", 5080, false)]
    [InlineData("http://127.0.0.1:5080", "127.0.0.2", 5080, false)]
    [InlineData(null, "127.0.0.1", 5080, false)]
    public async Task Only_the_own_address_is_exempt(string? self, string host, int port, bool passes)
    {
        var resolving = ResolveAsync(Guard(self), host, port, reachesSelf: true);

        if (passes)
            Assert.NotEmpty(await resolving);
        else
            await Assert.ThrowsAsync<TargetRefusedException>(() => resolving);
    }

    [Fact]
    public async Task Own_address_is_exempt_only_for_who_may_reach_it() =>
        await Assert.ThrowsAsync<TargetRefusedException>(() => ResolveAsync(Guard("http://127.0.0.1:5080"), "127.0.0.1", 5080));

    // Live money never goes to an inner network, and in a rehearsal never anywhere else.
    [Theory]
    [InlineData("Development", true, Mode.Test, "127.0.0.1", true)]
    [InlineData("Development", true, Mode.Test, "8.8.8.8", true)]
    [InlineData("Development", true, Mode.Live, "127.0.0.1", false)]
    [InlineData("Staging", false, Mode.Test, "127.0.0.1", false)]
    [InlineData("Production", false, Mode.Live, "8.8.8.8", true)]
    [InlineData("Production", false, Mode.Live, "127.0.0.1", false)]
    [InlineData("Rehearsal", true, Mode.Live, "127.0.0.1", true)]
    [InlineData("Rehearsal", true, Mode.Live, "8.8.8.8", false)]
    [InlineData("Rehearsal", false, Mode.Live, "127.0.0.1", false)]
    [InlineData("Rehearsal", true, Mode.Test, "127.0.0.1", true)]
    public async Task Inner_targets_depend_on_deployment_and_mode(string environment, bool allowPrivate, Mode mode, string host, bool passes)
    {
        var resolving = ResolveAsync(Guard(environment: environment, allowPrivate: allowPrivate), host, 443, mode);

        if (passes)
            Assert.NotEmpty(await resolving);
        else
            await Assert.ThrowsAsync<TargetRefusedException>(() => resolving);
    }

    private static Task<IPAddress[]> ResolveAsync(TargetGuard guard, string host, int port, Mode mode = Mode.Live, bool reachesSelf = false) =>
        guard.ResolveAsync(new DnsEndPoint(host, port), mode, reachesSelf, CancellationToken.None);

    private static TargetGuard Guard(string? self = null, bool allowPrivate = false, string environment = "Production") => new(new Deployment
    {
        EnvironmentName = environment,
        DataDirectory = "",
        PublicUrl = "https://shop.test",
        FrontendUrl = "https://shop.test",
        SelfUrl = self,
        SandboxEnabled = false,
        DemoEnabled = false,
        AllowPrivateTargets = allowPrivate,
        RequireSecondFactor = true,
    });
}
