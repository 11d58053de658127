namespace PaymentAdmin.Web.Components.Shared;

/// <summary>The colours that mean a state; each pair of text and tint stands in tokens.css.</summary>
public enum Tone
{
    Grey,
    Blue,
    Violet,
    Green,
    Red,
    Amber,
    Teal,
}

public static class Tones
{
    public static string Css(this Tone tone) => tone switch
    {
        Tone.Blue => "c-blue",
        Tone.Violet => "c-violet",
        Tone.Green => "c-green",
        Tone.Red => "c-red",
        Tone.Amber => "c-amber",
        Tone.Teal => "c-teal",
        _ => "c-grey",
    };
}
