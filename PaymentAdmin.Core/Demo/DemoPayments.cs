using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Core.Demo;

/// <summary>
/// Tells the demo's stories: 200 payments over 30 days, spread over the providers that are there, the same ones for the same seed and moment.
/// All steps of all payments are played in the order of their moments, so that audit and call log read as if they had grown.
/// </summary>
internal sealed class DemoPayments(ApplyObservation apply, RefundPayment refunds, SandboxDemoLedger ledger)
{
    private const int Seed = 20261121;

    private static readonly string[] Orders = ["Заказ №{0}", "Order {0}", "Тапсырыс №{0}", "Invoice {0}", "Интернет-заказ {0}, самовывоз"];
    private static readonly string[] Donations = ["Қайырымдылық көмек", "Donation for the school library", "Пожертвование на лечение"];
    private static readonly string[] Registrations = ["Spring camp, two places", "Регистрация на марафон", "Conference ticket"];
    private static readonly string[] Remarks = ["Покупатель звонил, просит чек на почту.", "Customer asked for an invoice to the company.", "Checked with the shop: goods were handed over.", "Клиент ауыстыруды сұрады, дүкенмен келісілді."];
    private static readonly string[] RefundReasons = ["Товар не подошёл", "Customer returned one of two items", "Out of stock", "Тауар ақаулы"];

    public int Write(PaymentDb db, Guid tenantId, TimeZoneInfo zone, IReadOnlyList<DemoRoute> routes, IReadOnlyList<DemoFile> receipts, Actor operatorActor, DateTimeOffset now)
    {
        var chance = new Random(Seed);
        var steps = new List<DemoStep>();
        var files = new Queue<DemoFile>(receipts);
        var beginnings = DemoStories.Dealt(routes.Count)
            .Select(deal => (Route: routes[deal.Route], Story: Possible(deal.Story, routes[deal.Route])))
            .Select(plan => (plan.Route, plan.Story, At: InShopHours(now - DemoStories.Age(plan.Story, chance), now, zone)))
            .OrderBy(plan => plan.At).ToList();
        foreach (var (index, (route, story, at)) in beginnings.Index())
        {
            var order = Order(tenantId, route, story, at, index, chance);
            var script = new DemoScript(new DemoScene(db, order, apply, refunds, ledger, operatorActor, chance), at, steps, chance);
            if (story == DemoStory.ProofWaiting)
                TellOfProof(script, files.Dequeue());
            else
                Tell(story, script);
            if (index % 17 == 3)
                script.Remark(Remarks[index / 17 % Remarks.Length]);
        }
        foreach (var step in steps.Where(step => step.At < now).OrderBy(step => step.At))
            step.Play(step.At);
        return beginnings.Count;
    }

    /// <summary>Only cards are disputed, and only a call that was made has no answer.</summary>
    private static DemoStory Possible(DemoStory story, DemoRoute route) => story switch
    {
        DemoStory.Disputed when !route.Profile.Methods.Contains("card") => DemoStory.Paid,
        DemoStory.RefundUnknown when !route.PaysBack => DemoStory.RefundPending,
        _ => story,
    };

    private static void Tell(DemoStory story, DemoScript script)
    {
        script.Then(scene => scene.Create);
        var amount = script.Scene.Amount;
        switch (story)
        {
            case DemoStory.Created:
                return;
            case DemoStory.OutcomeUnknown or DemoStory.UnknownThenPaid:
                script.After(1, 2, scene => scene.AskInVain);
                break;
            case DemoStory.ShortAccepted or DemoStory.ShortWrittenOff or DemoStory.OverAccepted or DemoStory.AmountDiffers or DemoStory.CurrencyDiffers:
                TellOfOtherMoney(story, amount, script);
                return;
            default:
                script.After(1, 4, scene => at => scene.Ask(at, waitsOn: story == DemoStory.Pending));
                break;
        }
        switch (story)
        {
            case DemoStory.Pending or DemoStory.OutcomeUnknown:
                break;
            case DemoStory.Declined:
                script.After(6, 40, scene => at => scene.End(ObservedFact.Failed, SandboxState.Declined, "The payer declined.", at));
                break;
            case DemoStory.Cancelled:
                script.After(10, 90, scene => at => scene.End(ObservedFact.Cancelled, SandboxState.Cancelled, "The payer cancelled.", at));
                break;
            case DemoStory.CancelledByOperator:
                script.After(40, 100, scene => at => scene.Decide(ObservedFact.CancelRequested, "The customer changed the order", at));
                break;
            case DemoStory.Expired:
                script.After(300, 310, scene => at => scene.End(ObservedFact.Expired, SandboxState.Expired, "The payer did not answer.", at));
                break;
            case DemoStory.UnknownThenPaid:
                script.After(3600, 9000, scene => at => scene.Attach("Found in the provider's cabinet by amount and time", at));
                script.After(2, 3, scene => at => scene.Pay(at));
                break;
            case DemoStory.PaidLate:
                script.After(86_400, 86_460, scene => scene.PassDeadline);
                script.After(1200, 7200, scene => at => scene.Pay(at));
                break;
            case DemoStory.PaidTwice:
                script.After(300, 310, scene => scene.EndForNow);
                script.After(60, 200, scene => at => scene.Ask(at));
                script.After(10, 50, scene => at => scene.Pay(at, attempt: 1));
                script.After(600, 1800, scene => at => scene.Pay(at, attempt: 0));
                break;
            case DemoStory.RiskHeld or DemoStory.RiskReleased:
                script.Then(scene => at => scene.Score(story == DemoStory.RiskHeld ? 84 : 76, at));
                script.After(8, 50, scene => at => scene.Pay(at));
                if (story == DemoStory.RiskReleased)
                    script.After(1200, 7200, scene => at => scene.Decide(ObservedFact.HoldReleased, "Known customer, spoken to by phone", at));
                break;
            case DemoStory.Disputed:
                script.After(8, 50, scene => at => scene.Pay(at));
                script.After(7200, 10_000, scene => at => scene.Dispute("The cardholder does not recognise the payment", at));
                break;
            default:
                script.After(4, 70, scene => at => scene.Pay(at));
                TellOfRefunds(story, amount.Minor, script);
                break;
        }
    }

    /// <summary>The payer transferred the money and sent a picture of it; somebody has to look.</summary>
    private static void TellOfProof(DemoScript script, DemoFile receipt)
    {
        script.Then(scene => scene.Create);
        script.After(600, 9000, scene => at => scene.BringProof(receipt, at));
    }

    private static void TellOfOtherMoney(DemoStory story, Money amount, DemoScript script)
    {
        var came = story switch
        {
            DemoStory.OverAccepted => amount with { Minor = amount.Minor + amount.Minor / 10 },
            DemoStory.CurrencyDiffers => new Money(amount.Minor / 500 + 100, amount.Currency == "USD" ? "EUR" : "USD"),
            DemoStory.ShortWrittenOff => amount with { Minor = amount.Minor - amount.Minor / 100 },
            _ => amount with { Minor = amount.Minor - amount.Minor / 5 },
        };
        script.After(1, 4, scene => at => scene.Ask(at, came));
        script.After(6, 80, scene => at => scene.Pay(at, came));
        if (story is DemoStory.ShortAccepted or DemoStory.OverAccepted)
            script.After(900, 3000, scene => at => scene.Decide(ObservedFact.ReceivedAccepted, "Agreed with the customer by phone", at));
        if (story == DemoStory.ShortWrittenOff)
            script.After(900, 3000, scene => at => scene.Decide(ObservedFact.DifferenceWrittenOff, "The bank kept a fee; not worth asking for", at));
    }

    private static void TellOfRefunds(DemoStory story, long minor, DemoScript script)
    {
        var half = minor / 2;
        var (amount, outcome) = story switch
        {
            DemoStory.Refunded => (minor, RefundStatus.Succeeded),
            DemoStory.PartlyRefunded or DemoStory.RefundedTwice => (half, RefundStatus.Succeeded),
            DemoStory.RefundPending => (half, RefundStatus.Pending),
            DemoStory.RefundUnknown => (minor, RefundStatus.Unknown),
            DemoStory.RefundFailed => (minor, RefundStatus.Failed),
            DemoStory.RefundRequested => (minor, RefundStatus.Requested),
            _ => (0, RefundStatus.Requested),
        };
        if (amount == 0)
            return;
        var reason = RefundReasons[(int)(minor / 100 % RefundReasons.Length)];
        script.After(1800, 10_000, scene => at => scene.Refund(amount, reason, outcome, at));
        if (story == DemoStory.RefundedTwice)
            script.After(600, 3000, scene => at => scene.Refund(minor - half, reason, RefundStatus.Succeeded, at));
    }

    private static DemoOrder Order(Guid tenantId, DemoRoute route, DemoStory story, DateTimeOffset at, int index, Random chance)
    {
        var currency = route.Profile.Currencies[0];
        var kind = chance.Next(10) switch { < 7 => PaymentKind.Order, < 9 => PaymentKind.Donation, _ => PaymentKind.Registration };
        var number = (10_200 + index).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var texts = kind switch { PaymentKind.Donation => Donations, PaymentKind.Registration => Registrations, _ => Orders };
        var description = string.Format(System.Globalization.CultureInfo.InvariantCulture, texts[chance.Next(texts.Length)], number);
        var prefix = kind switch { PaymentKind.Donation => "D-", PaymentKind.Registration => "R-", _ => "A-" };
        return new DemoOrder(tenantId, route, route.Shops[chance.Next(route.Shops.Count)], DemoPeople.Pick(currency, chance), kind, prefix + number, description, Price(route, currency, chance), at, NamesProvider: story is not (DemoStory.PaidTwice or DemoStory.Created or DemoStory.ProofWaiting));
    }

    /// <summary>Mostly small round sums, now and then a large one, within what the provider takes.</summary>
    public static Money Price(DemoRoute route, string currency, Random chance)
    {
        var scale = Currency.Scale(Currency.Exponent(currency));
        var unit = currency switch { "KZT" or "NGN" => 100, "KES" => 20, _ => 2 };
        var units = chance.Next(10) switch { < 6 => chance.Next(5, 120), < 9 => chance.Next(120, 900), _ => chance.Next(900, 3000) };
        var minor = units * unit * scale + (chance.Next(8) == 0 && scale > 1 ? scale / 2 : 0);
        if (route.Profile.Steps.TryGetValue(currency, out var step))
            minor -= minor % step;
        return new Money(route.Profile.Limits.TryGetValue(currency, out var limits) ? Math.Clamp(minor, limits.MinMinor, limits.MaxMinor) : minor, currency);
    }

    /// <summary>People buy between 8 and 22 o'clock; what began lately keeps its age.</summary>
    private static DateTimeOffset InShopHours(DateTimeOffset at, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (now - at < TimeSpan.FromDays(2))
            return at;
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return at - local.TimeOfDay + TimeSpan.FromHours(8) + local.TimeOfDay * 14 / 24;
    }
}

/// <summary>Something that happens in a scene at a moment.</summary>
internal sealed record DemoStep(DateTimeOffset At, Action<DateTimeOffset> Play);

/// <summary>Puts a scene's steps one after the other.</summary>
internal sealed class DemoScript(DemoScene scene, DateTimeOffset begin, List<DemoStep> steps, Random chance)
{
    private DateTimeOffset at = begin;

    public DemoScene Scene => scene;

    /// <summary>At the moment of the step before.</summary>
    public void Then(Func<DemoScene, Action<DateTimeOffset>> step) => steps.Add(new DemoStep(at, step(scene)));

    /// <summary>So many seconds later, about.</summary>
    public void After(int secondsMin, int secondsMax, Func<DemoScene, Action<DateTimeOffset>> step)
    {
        at = at.AddMilliseconds(chance.Next(secondsMin * 1000, secondsMax * 1000));
        Then(step);
    }

    public void Remark(string text) => After(120, 3000, told => moment => told.Remark(text, moment));
}
