using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Components.Pages.Exports;

/// <summary>What somebody chose on the page, as it stands in the page's address; and the address of the file that it makes.</summary>
public sealed record ExportChoice
{
    public required ExportFile File { get; init; }
    public TimeBound? From { get; init; }
    public TimeBound? To { get; init; }

    /// <summary>Empty: the file's standard ones.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];
    public bool HasSemicolons { get; init; }
    public bool InUtc { get; init; }
    public bool HasByteOrderMark { get; init; } = true;

    /// <summary>Null when the address names a file that is none of <paramref name="allowed"/>, or says something that no file takes.</summary>
    public static Result<ExportChoice> Read(IEnumerable<KeyValuePair<string, string>> query, IReadOnlyList<ExportFile> allowed, ListFiles files)
    {
        var reader = new QueryReader(query);
        var name = reader.Text("file", 40);
        var file = allowed.FirstOrDefault(one => name is null || one.Name == name);
        if (file is null)
            return new Problem(Codes.InvalidParameter, name is null ? "Your role may take no file." : $"file: '{name}' is none of the files that your role may take.");
        var offered = file.Offered(files);
        var choice = new ExportChoice
        {
            File = file,
            From = reader.Time("from"),
            To = reader.Time("to"),
            Columns = reader.List("columns", offered.Contains, $"a column of {file.FileName}"),
            HasSemicolons = reader.Text("separator", 1) == ";",
            InUtc = reader.Text("tz", 3) == "UTC",
            HasByteOrderMark = reader.Text("bom", 1) != "0",
        };
        // In the file's own order, whatever the address says.
        return reader.Finish(["mode"]) is { } problem ? problem : choice with { Columns = [.. offered.Where(choice.Columns.Contains)] };
    }

    /// <summary>The address of the page that shows this choice.</summary>
    public string PageHref(Mode mode) => "/exports" + new QueryWriter().Add("file", File.Name).Add("mode", Words.Of(mode)).Add("from", From).Add("to", To).Add("columns", Columns)
        .Add("separator", HasSemicolons ? ";" : null).Add("tz", InUtc ? "UTC" : null).Add("bom", HasByteOrderMark ? null : "0");

    /// <summary>The address of the file: everything that was chosen, and nothing that goes without saying.</summary>
    public string FileHref(Mode mode) => File.Path + new QueryWriter().Add("mode", File.HasMode ? Words.Of(mode) : null).Add(File.From, From).Add(File.To, To).Add("columns", Columns)
        .Add("separator", HasSemicolons ? ";" : null).Add("tz", InUtc ? "UTC" : null).Add("bom", HasByteOrderMark ? null : "0");

    /// <summary>The columns that the file would have, for the ticks.</summary>
    public IReadOnlyList<string> ColumnsIn(ListFiles files) => Columns.Count > 0 ? Columns : (File.Standard ?? File.Offered)(files);

    public ExportChoice WithColumn(string column, bool isIn, ListFiles files)
    {
        var present = ColumnsIn(files);
        IReadOnlyList<string> chosen = [.. File.Offered(files).Where(one => one == column ? isIn : present.Contains(one))];
        return this with { Columns = chosen.Count == 0 || chosen.SequenceEqual((File.Standard ?? File.Offered)(files)) ? [] : chosen };
    }
}
