using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>
/// Plays the payer at an imitated provider: opens the hosted page and sends its forms off, over HTTP at this process's own address and never
/// beyond the imitation. What comes of it, the imitation decides.
/// </summary>
public sealed class SandboxPayer(IHttpClientFactory clients, Deployment deployment)
{
    private const int HopsMax = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Null: all forms were taken; else what was in the way.</summary>
    /// <param name="pageUrl">Where the payer was sent.</param>
    public async Task<string?> ActAsync(string provider, string pageUrl, IReadOnlyList<PayerForm> forms, CancellationToken cancellationToken)
    {
        if (deployment.SelfUrl is not { } self || !Uri.TryCreate(pageUrl, UriKind.Absolute, out var page) || PathOf(page, provider) is not { } path)
            return "The payer was not sent to a page of the sandbox.";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient(SandboxDial.ClientName);
            var at = await FollowAsync(client, self, provider, HttpMethod.Get, path, form: null, timeout.Token);
            foreach (var form in forms)
            {
                if (at.Path is not { } open)
                    return "The page led away before the payer was done.";
                at = await FollowAsync(client, self, provider, HttpMethod.Post, open, form, timeout.Token);
                if (at.Status >= 400)
                    return $"The sandbox's page answered {at.Status}.";
            }
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or TargetRefusedException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "The sandbox's page did not answer.";
        }
    }

    /// <summary>Goes where a browser would, as long as it stays with the imitation. A null path: it led away, to the shop.</summary>
    private static async Task<(string? Path, int Status)> FollowAsync(HttpClient client, string self, string provider, HttpMethod method, string path, PayerForm? form, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop < HopsMax; hop++)
        {
            using var request = new HttpRequestMessage(method, self + path);
            if (form is not null)
                request.Content = new FormUrlEncodedContent(form.Fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            using var answer = await client.SendAsync(request, cancellationToken);
            if (answer.Headers.Location is not { } location)
                return (path, (int)answer.StatusCode);
            if (PathOf(new Uri(new Uri(self + path), location), provider) is not { } next)
                return (null, (int)answer.StatusCode);
            (method, path, form) = (HttpMethod.Get, next, null);
        }
        return (null, 508);
    }

    // PublicUrl may have a path of its own before the sandbox's.
    private static string? PathOf(Uri page, string provider) =>
        page.PathAndQuery.IndexOf($"/sandbox/{provider}/", StringComparison.Ordinal) is >= 0 and var at ? page.PathAndQuery[at..] : null;
}
