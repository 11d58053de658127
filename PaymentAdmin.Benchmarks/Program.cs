using PaymentAdmin.Benchmarks;

// Each scenario measures two ways of one thing in turn, in one process, and prints the ratio of each round: absolute figures of a shared
// machine mean little, ratios taken side by side do.
return args switch
{
    ["inbox"] => await InboxScenario.RunAsync(),
    ["list", var small, var large] => await ListScenario.RunAsync(small, large),
    ["portal", var small, var large, var email] => await PortalScenario.RunAsync(small, large, email),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: PaymentAdmin.Benchmarks inbox | list SMALL.db LARGE.db | portal SMALL_URL LARGE_URL EMAIL");
    return 1;
}
