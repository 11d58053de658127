using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>Every call to a provider about one payment, with its stored, redacted bodies.</summary>
public sealed partial class ProviderCallList
{
    [Parameter, EditorRequired]
    public IReadOnlyList<ProviderCall> Calls { get; set; } = [];

    /// <summary>"POST /remote/create": the first line of what was sent; the operation where nothing is known of it.</summary>
    private static string TitleOf(ProviderCall call)
    {
        var first = (call.Request ?? "").Split('\n', 2)[0].Trim();
        var parts = first.Split(' ');
        if (parts.Length < 2)
            return Words.Of(call.Operation).Replace('_', ' ');
        return Uri.TryCreate(parts[1], UriKind.Absolute, out var url) ? $"{parts[0]} {url.AbsolutePath}" : first;
    }

    private static ChipLook LookOf(ProviderCall call) => call.State switch
    {
        ProviderCallState.Answered when call.HttpStatus is null or < 400 => new(Tone.Green, "check_circle", Word(call, "answered")),
        ProviderCallState.Answered => new(Tone.Red, "cancel", Word(call, "refused")),
        ProviderCallState.NotSent => new(Tone.Red, "cloud_off", "Not sent"),
        ProviderCallState.Unknown => new(Tone.Amber, "timer_off", "No answer"),
        _ => new(Tone.Blue, "schedule", "Waiting"),
    };

    private static string Word(ProviderCall call, string otherwise)
    {
        var status = call.HttpStatus?.ToString(CultureInfo.InvariantCulture);
        return string.Join(' ', new[] { status, call.StatusWord ?? otherwise }.Where(part => part is not null));
    }
}
