using System.Text.Encodings.Web;

namespace PaymentAdmin.Core.Providers.Sandbox;

/// <summary>The frame of the imitations' hosted pages: the portal's styles, the orange of test mode, forms and no script.</summary>
public static class SandboxPage
{
    /// <param name="content">Markup; every text in it has gone through <see cref="Text"/>.</param>
    public static SandboxResponse Of(SandboxRequest request, string provider, string title, string content) => SandboxResponse.Html(
        $"""
         <!doctype html>
         <html lang="en">
         <head>
         <meta charset="utf-8">
         <meta name="viewport" content="width=device-width, initial-scale=1">
         <title>TEST · {Text(title)}</title>
         <link rel="stylesheet" href="{Text(Root(request))}/css/tokens.css">
         <link rel="stylesheet" href="{Text(Root(request))}/css/public.css">
         </head>
         <body>
         <div class="frame" aria-hidden="true"></div>
         <div class="testbar" role="status"><b>TEST</b><span class="words">Imitation of {Text(provider)}: no real money moves</span></div>
         <main class="auth"><div class="panel">
         {content}
         </div></main>
         </body>
         </html>
         """);

    public static string Text(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Path of a page of the imitation, for links, forms and redirects: the browser stays on the host that it came by.</summary>
    public static string Path(SandboxRequest request, string path) => new Uri(request.BaseUrl).AbsolutePath.TrimEnd('/') + path;

    // BaseUrl ends with /sandbox/{provider}; PublicUrl may have a path of its own before it.
    private static string Root(SandboxRequest request)
    {
        var path = Path(request, "");
        return path[..path.LastIndexOf("/sandbox/", StringComparison.Ordinal)];
    }
}
