using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Pages.Docs;

/// <summary>A text of the API's description.</summary>
public partial class DocsText
{
    private const int Plain = 0;
    private const int Code = 1;
    private const int Strong = 2;

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    private static IEnumerable<(string Text, int Kind)> Parts(string paragraph)
    {
        var pieces = paragraph.Split('`');
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i % 2 == 1)
            {
                yield return (pieces[i], Code);
                continue;
            }
            var words = pieces[i].Split("**");
            for (var j = 0; j < words.Length; j++)
                yield return (words[j], j % 2 == 1 ? Strong : Plain);
        }
    }
}
