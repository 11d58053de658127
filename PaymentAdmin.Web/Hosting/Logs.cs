namespace PaymentAdmin.Web.Hosting;

/// <summary>One line per entry. Addresses with their queries are never logged: a payer's token may be in one.</summary>
public static class Logs
{
    /// <param name="toErrors">Verbs keep standard output for their answer.</param>
    public static void AddLogs(this ILoggingBuilder logging, bool toErrors)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        // Whoever wants to hear more of the framework does not mean the line that it writes for each request, with its query.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        if (toErrors)
            logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter((_, level) => level >= LogLevel.Warning);
    }
}
