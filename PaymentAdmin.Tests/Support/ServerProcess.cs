using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PaymentAdmin.Tests.Support;

/// <summary>The program as an operator starts it: a process of its own, with exit code and streams, in a folder of its own.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private ServerProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <param name="environment">Beside what this process has; null takes a variable away.</param>
    public static ServerProcess Start(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PaymentAdmin.Web.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException("The process did not start."));
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        await using var started = Start(folder, environment, arguments);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await started.process.WaitForExitAsync(deadline.Token);
        return (started.process.ExitCode, await started.output, await started.errors);
    }

    /// <summary>Starts the server on a free port, or where it was before, and answers when it is ready to serve.</summary>
    public static async Task<(ServerProcess Process, HttpClient Client)> ServeAsync(string folder, IReadOnlyDictionary<string, string?> environment, Uri? again = null)
    {
        var address = again ?? new Uri($"http://127.0.0.1:{FreePort()}");
        var started = Start(folder, new Dictionary<string, string?>(environment) { ["Urls"] = address.OriginalString.TrimEnd('/') });
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        try
        {
            await Eventually.TrueAsync(() => started.IsReadyAsync(client), $"the process listens at {address}", TimeSpan.FromMinutes(2));
        }
        catch
        {
            // Nobody else knows of it: it would outlive the tests.
            client.Dispose();
            await started.DisposeAsync();
            throw;
        }
        return (started, client);
    }

    public bool HasExited => process.HasExited;

    /// <summary>Waits for the end and answers the exit code.</summary>
    public async Task<int> ExitedAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        await Task.WhenAll(output, errors);
        process.Dispose();
    }

    private async Task<bool> IsReadyAsync(HttpClient client)
    {
        Assert.False(HasExited, "The process ended before it listened.");
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
