using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// Keeps outgoing calls away from inner networks. A name is resolved here, its addresses are judged, and the connection goes to the
/// judged address: a name that resolves differently a moment later gains nothing. Other spellings of an address (decimal, hex, mapped) are
/// judged as the address they become.
/// </summary>
public sealed class TargetGuard(Deployment deployment)
{
    private static readonly IPNetwork[] Inner =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "100::/64", "2001::/32", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>An address of the open Internet: not loopback, private, link-local, shared, reserved or multicast, and no wrapping of one.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            if (address.IsIPv4MappedToIPv6 || Nat64.Contains(address))
                return IsPublic(new IPAddress(bytes.AsSpan(12, 4)));
            if (SixToFour.Contains(address))
                return IsPublic(new IPAddress(bytes.AsSpan(2, 4)));
        }
        return !Inner.Any(network => network.Contains(address));
    }

    /// <summary>A pooled handler whose connections this guard opens: no redirects, no cookies, no proxy (it would be judged instead of the target).</summary>
    /// <param name="reachesSelf">The sandbox may be called: it answers at the address that this process listens on.</param>
    public SocketsHttpHandler Handler(Mode mode, bool reachesSelf) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, mode, reachesSelf, cancellationToken),
    };

    /// <summary>The addresses that may be connected to; never none.</summary>
    public async Task<IPAddress[]> ResolveAsync(DnsEndPoint target, Mode mode, bool reachesSelf, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (reachesSelf && IsSelf(target))
            return addresses;
        var allowed = addresses.Where(address => IsAllowed(deployment, address, mode)).ToArray();
        return allowed.Length > 0 ? allowed : throw new TargetRefusedException("The target is inside of a network that must not be called.");
    }

    /// <summary>Private targets are for trying things out: in test where the deployment allows it. A rehearsal's live mode reaches nothing else.</summary>
    internal static bool IsAllowed(Deployment deployment, IPAddress address, Mode mode) =>
        mode == Mode.Live && deployment.IsRehearsal ? deployment.AllowPrivateTargets && !IsPublic(address) : IsPublic(address) || (mode == Mode.Test && deployment.AllowPrivateTargets);

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Mode mode, bool reachesSelf, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(target, mode, reachesSelf, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsSelf(DnsEndPoint target) =>
        Uri.TryCreate(deployment.SelfUrl, UriKind.Absolute, out var self) && self.Port == target.Port && string.Equals(self.IdnHost, target.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
}

/// <summary>HTTP clients that only reach what <see cref="TargetGuard"/> allows.</summary>
public static class GuardedClients
{
    public static IServiceCollection AddGuardedClient(this IServiceCollection services, string name, Mode mode, bool reachesSelf)
    {
        services.TryAddSingleton<TargetGuard>();
        services.AddHttpClient(name, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => provider.GetRequiredService<TargetGuard>().Handler(mode, reachesSelf))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Some providers want their token in the URL: the factory's loggers would write it.
            .RemoveAllLoggers();
        return services;
    }
}
