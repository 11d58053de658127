using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Kaspi;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Providers.Kaspi;

public sealed class KaspiProviderTests
{
    private const string Bin = "210440028324";
    private const string Device = "11111111-2222-4333-8444-555555555555";
    private const string Token = "token of the proxy+/=";
    private const string Prompted = """{"status":true,"data":{"externalId":"12800627774","status":"Wait"},"http_code":200}""";
    private const string Linked = """{"status":true,"data":{"paymentLink":"https://pay.kaspi.kz/pay/1","paymentId":"12800944903","expireDate":"2025-10-22T17:10:50.717+05:00"},"http_code":200}""";
    private const string Refunded = """{"status":true,"data":{"externalId":"12800627774","returnOperationId":12800582793,"refundedAmount":50},"http_code":200}""";

    private readonly StubbedProvider proxy = new();

    [Theory]
    [InlineData(10000, "100")]
    [InlineData(1000050, "10000.5")]
    [InlineData(1000005, "10000.05")]
    [InlineData(1, "0.01")]
    [InlineData(999_999_999_999, "9999999999.99")]
    public async Task Prompt_is_asked_for_in_tenge(long minor, string amount)
    {
        var result = await StartAsync(proxy.Answers(Prompted), KaspiRequests.Checkout(new Money(minor, "KZT"), "+7 701 521-15-45") with { Description = "Order №5 & more" });

        Assert.Equal(
            $"https://proxy.test/kaspi/create/?phone=77015211545&amount={amount}&message=Order%20%E2%84%965%20%26%20more&organizationBin={Bin}&deviceToken={Device}&access_token=token%20of%20the%20proxy%2B%2F%3D",
            Assert.Single(proxy.Urls));
        var prompt = Assert.IsType<CheckoutResult.PhonePrompt>(result);
        Assert.Equal(("77015211545", "12800627774", "Wait"), (prompt.Phone, prompt.Reference, prompt.StatusWord));
    }

    [Fact]
    public async Task Link_is_asked_for_without_a_phone()
    {
        var result = await StartAsync(proxy.Answers(Linked), Checkout(phone: null) with { Method = "link" });

        Assert.Equal(
            $"https://proxy.test/kaspi/create-link/?amount=100&message=ORD-1&organizationBin={Bin}&deviceToken={Device}&access_token=token%20of%20the%20proxy%2B%2F%3D",
            Assert.Single(proxy.Urls));
        var link = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(("https://pay.kaspi.kz/pay/1", "12800944903"), (link.Url, link.Reference));
        Assert.Equal(new DateTimeOffset(2025, 10, 22, 12, 10, 50, 717, TimeSpan.Zero), link.ExpiresAt);
    }

    [Fact]
    public async Task Status_is_asked_for_with_nothing_but_the_number()
    {
        await QueryAsync(proxy.Answers(Status("Wait")));

        Assert.Equal("https://proxy.test/kaspi/status/?externalId=12800627774&access_token=token%20of%20the%20proxy%2B%2F%3D", Assert.Single(proxy.Urls));
    }

    [Fact]
    public async Task Refund_is_asked_for_with_the_bin_and_token_of_the_payment()
    {
        await RefundAsync(proxy.Answers(Refunded));

        Assert.Equal(
            $"https://proxy.test/kaspi/refund/?externalId=12800627774&amount=50&organizationBin={Bin}&deviceToken={Device}&access_token=token%20of%20the%20proxy%2B%2F%3D",
            Assert.Single(proxy.Urls));
    }

    [Fact]
    public async Task Shop_without_a_device_token_sends_none()
    {
        await StartAsync(proxy.Answers(Prompted), Checkout(), Account with { DeviceToken = null });

        Assert.DoesNotContain("deviceToken", Assert.Single(proxy.Urls), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Shop_without_a_bin_is_refused_and_nothing_is_sent(string? bin)
    {
        var account = Account with { OrganizationBin = bin };

        Assert.Equal(Codes.ShopNotConfigured, Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy, Checkout(), account)).Code);
        Assert.Equal(Codes.ShopNotConfigured, Assert.IsType<RefundResult.Failed>(await RefundAsync(proxy, account: account)).Code);
        Assert.Empty(proxy.Urls);
    }

    [Theory]
    [InlineData(10000, "USD", Codes.CurrencyNotSupported)]
    [InlineData(0, "KZT", Codes.AmountOutOfRange)]
    [InlineData(-100, "KZT", Codes.AmountOutOfRange)]
    [InlineData(1_000_000_000_000, "KZT", Codes.AmountOutOfRange)]
    public async Task Amount_that_kaspi_cannot_take_is_refused_and_nothing_is_sent(long minor, string currency, string code)
    {
        var money = new Money(minor, currency);

        Assert.Equal(code, Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy, KaspiRequests.Checkout(money, "77015211545"))).Code);
        Assert.Equal(code, Assert.IsType<RefundResult.Failed>(await RefundAsync(proxy, KaspiRequests.Refund("12800627774", money, money))).Code);
        Assert.Empty(proxy.Urls);
    }

    [Fact]
    public async Task Account_without_an_access_token_is_refused_and_nothing_is_sent()
    {
        var account = Account with { Credentials = new Dictionary<string, string>() };

        Assert.Equal(Codes.ProviderNotConfigured, Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy, Checkout(), account)).Code);
        Assert.Empty(proxy.Urls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("+254701521154")]
    [InlineData("7701521154")]
    public async Task Prompt_needs_a_phone_of_the_zone(string? phone)
    {
        var sends = phone == "7701521154"; // ten digits that begin with 7 are a number without its zone
        var result = await StartAsync(proxy.Answers(Prompted), Checkout(phone));

        Assert.Equal(sends, result is CheckoutResult.PhonePrompt);
        Assert.Equal(sends ? 1 : 0, proxy.Urls.Count);
    }

    [Theory]
    [InlineData("""{"status":true,"data":{"externalId":12800627774,"status":"Wait"},"http_code":200}""")]
    [InlineData("""{"status":true,"data":{"externalId":"12800627774","status":"Wait","more":[1]},"http_code":"200","extra":{}}""")]
    public async Task Number_and_text_are_both_ids(string body) =>
        Assert.Equal("12800627774", Assert.IsType<CheckoutResult.PhonePrompt>(await StartAsync(proxy.Answers(body))).Reference);

    // Surely nothing was done: declined. Everything else may have sent a prompt.
    [Theory]
    [InlineData(200, """{"status":false,"data":[],"error":"No such shop","http_code":200}""", Codes.ProviderRejected, "200", "No such shop")]
    [InlineData(200, """{"status":false,"data":null,"message":"Bad phone","http_code":400}""", Codes.ProviderRejected, "400", "Bad phone")]
    [InlineData(200, """{"status":false,"data":[],"http_code":401}""", Codes.ProviderRejected, "401", "Kaspi's proxy refused the access token.")]
    [InlineData(403, "<html>", Codes.ProviderRejected, "403", "Kaspi's proxy refused the access token.")]
    [InlineData(404, "", Codes.ProviderRejected, "404", "Kaspi's proxy refused the call.")]
    [InlineData(429, "", Codes.ProviderUnavailable, "429", "Kaspi's proxy takes no more calls at the moment.")]
    [InlineData(200, """{"status":false,"data":{"StatusCode":-1501,"Message":"x"},"http_code":500}""", Codes.ProviderRejected, "-1501", "Kaspi does not know this device token with this BIN.")]
    [InlineData(200, """{"status":false,"data":{"StatusCode":990000028},"http_code":200}""", Codes.AmountOutOfRange, "990000028", "Kaspi does not take this amount.")]
    [InlineData(200, """{"status":false,"data":{"StatusCode":-990000028},"http_code":200}""", Codes.AmountOutOfRange, "-990000028", "Kaspi does not take this amount.")]
    [InlineData(200, """{"status":false,"data":{"StatusCode":-10000},"http_code":500}""", Codes.ProviderUnavailable, "-10000", "Kaspi's proxy has lost its certificate.")]
    public async Task Definite_refusal_declines(int http, string body, string code, string providerCode, string message)
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy.Answers(body, (HttpStatusCode)http)));

        Assert.Equal((code, providerCode, message), (declined.Code, declined.ProviderCode, declined.Message));
    }

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public async Task Useless_answer_leaves_the_checkout_unknown(int http, string body) =>
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(proxy.Answers(body, (HttpStatusCode)http)));

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public async Task Useless_answer_leaves_the_refund_unknown(int http, string body) =>
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(proxy.Answers(body, (HttpStatusCode)http)));

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public async Task Useless_answer_says_nothing_of_the_state(int http, string body)
    {
        var reading = await QueryAsync(proxy.Answers(body, (HttpStatusCode)http));

        Assert.Equal((false, ObservedFact.Unrecognised), (reading.IsAnswer, reading.Fact));
    }

    public static TheoryData<int, string> UselessAnswers => new()
    {
        { 200, "" },
        { 200, "<!doctype html><title>Maintenance</title>" },
        { 200, """{"status":true,"data":{"externalId":"12800""" },
        { 200, """{"status":true,"data":{},"http_code":200}""" },
        { 200, """{"status":true,"data":[],"http_code":200}""" },
        { 200, """{"status":true,"data":null,"http_code":200}""" },
        { 200, """{"status":true,"http_code":200}""" },
        { 200, """{"status":true,"data":{"externalId":{},"status":"Processed","returnOperationId":1,"refundedAmount":50},"http_code":200}""" },
        { 200, """{"status":true,"data":{"externalId":"12800627774","status":"Processed","returnOperationId":1,"refundedAmount":50},"http_code":500}""" },
        { 200, """{"status":true,"data":{"externalId":"12800627774","status":"Processed","returnOperationId":1,"refundedAmount":50}}""" },
        { 200, """{"data":{"externalId":"12800627774","status":"Processed","returnOperationId":1,"refundedAmount":50},"http_code":200}""" },
        { 200, """{"status":"yes","data":{"externalId":"12800627774","status":"Processed"},"http_code":200}""" },
        { 200, """{"status":true,"status":false,"data":{"externalId":"12800627774","status":"Processed"},"http_code":200}""" },
        { 500, """{"status":true,"data":{"externalId":"12800627774","status":"Processed","returnOperationId":1,"refundedAmount":50},"http_code":200}""" },
        { 500, "" },
        { 502, "<html>" },
        { 302, "" },
        { 408, "" },
        { 200, """{"status":false,"data":[],"error":"cURL timeout","http_code":500}""" },
        { 200, """{"status":false,"data":{"StatusCode":-999,"Message":"Сервис временно недоступен"},"http_code":200}""" },
        { 200, """{"status":false,"data":{"StatusCode":-99000006},"http_code":400}""" },
        { 200, """{"status":false,"data":{"StatusCode":-77},"http_code":400}""" },
        { 200, "[]" },
        { 200, "null" },
    };

    [Fact]
    public async Task Silence_is_unknown()
    {
        proxy.StaysSilent();

        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(proxy));
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(proxy));
        Assert.False((await QueryAsync(proxy)).IsAnswer);
    }

    [Fact]
    public async Task Broken_connection_is_unknown() =>
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(proxy.Breaks(HttpRequestError.ResponseEnded)));

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task Connection_that_never_was_declines(HttpRequestError error)
    {
        proxy.Breaks(error);

        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy)).Code);
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<RefundResult.Failed>(await RefundAsync(proxy)).Code);
    }

    [Theory]
    [InlineData("""{"paymentLink":"javascript:alert(1)","paymentId":"12800944903"}""")]
    [InlineData("""{"paymentLink":"http://pay.kaspi.kz/pay/1","paymentId":"12800944903"}""")]
    [InlineData("""{"paymentId":"12800944903"}""")]
    public async Task Link_that_no_browser_may_open_is_unknown_under_its_number(string data)
    {
        var result = await StartAsync(proxy.Answers($$"""{"status":true,"data":{{data}},"http_code":200}"""), Checkout() with { Method = "link" });

        Assert.Equal("12800944903", Assert.IsType<CheckoutResult.Unknown>(result).Reference);
    }

    [Theory]
    [InlineData("2025-10-22T17:10:50+05:00", 12)]
    [InlineData("2025-10-22T17:10:50.7170000+06:00", 11)]
    [InlineData("2025-10-22T17:10:50Z", 17)]
    [InlineData("2025-10-22T17:10:50", null)]
    [InlineData("22.10.2025", null)]
    public async Task Time_counts_with_its_own_offset_only(string text, int? hourUtc)
    {
        var body = Linked.Replace("2025-10-22T17:10:50.717+05:00", text, StringComparison.Ordinal);

        Assert.Equal(hourUtc, Assert.IsType<CheckoutResult.Redirect>(await StartAsync(proxy.Answers(body), Checkout() with { Method = "link" })).ExpiresAt?.Hour);
    }

    [Fact]
    public async Task Paid_reading_reports_what_was_asked()
    {
        var reading = await QueryAsync(proxy.Answers(Status("Processed")));

        Assert.Equal((ObservedFact.Succeeded, "Processed"), (reading.Fact, reading.StatusWord));
        Assert.Equal((new Money(10000, "KZT"), "12800627774", "12800627774"), (reading.Received!.Value, reading.ReceiptReference, reading.Reference));
    }

    [Fact]
    public async Task Amount_that_is_told_after_all_counts()
    {
        var reading = await QueryAsync(proxy.Answers("""{"status":true,"data":{"externalId":"12800627774","status":"Processed","Amount":99.5},"http_code":200}"""));

        Assert.Equal(new Money(9950, "KZT"), reading.Received);
    }

    [Fact]
    public async Task Answer_about_another_payment_is_no_answer()
    {
        var reading = await QueryAsync(proxy.Answers("""{"status":true,"data":{"externalId":"12800627775","status":"Processed"},"http_code":200}"""));

        Assert.False(reading.IsAnswer);
    }

    [Theory]
    [InlineData("""{"status":false,"data":{"StatusCode":-99000001},"http_code":500}""")]
    [InlineData("""{"status":false,"data":{"StatusCode":-1601},"http_code":200}""")]
    [InlineData("""{"status":false,"data":[],"http_code":404}""")]
    public async Task Payment_that_kaspi_does_not_know_is_shown_and_changes_nothing(string body)
    {
        var reading = await QueryAsync(proxy.Answers(body));

        Assert.Equal((true, ObservedFact.Unrecognised), (reading.IsAnswer, reading.Fact));
        Assert.NotNull(reading.ErrorMessage);
    }

    [Fact]
    public async Task Payment_without_a_number_cannot_be_asked_for()
    {
        Assert.False((await Provider(proxy).QueryPaymentAsync(Account, KaspiRequests.Reference(null, Asked), CancellationToken.None)).IsAnswer);
        Assert.IsType<RefundResult.Failed>(await RefundAsync(proxy, KaspiRequests.Refund(null, Asked, Asked)));
        Assert.Empty(proxy.Urls);
    }

    [Theory]
    [MemberData(nameof(StatusVectors))]
    public async Task Status_word_means_what_the_facts_say(string id, string word, string state)
    {
        // Section 8 lists these two from unofficial clients and says in the same breath that only Processed completes.
        var expected = word is "Paid" or "RemotePaymentPaid" ? "unrecognised" : state;

        var reading = await QueryAsync(proxy.Answers(Status(word)));

        Assert.True(Words.Of(reading.Fact) == expected, $"{id}: {word} became {reading.Fact}.");
        Assert.Equal(word, reading.StatusWord);
        Assert.Equal(expected == "succeeded", reading.Received is not null);
    }

    public static IEnumerable<object?[]> StatusVectors =>
        ProviderVectors.Statuses("kaspi").Select(row => new object?[] { row.Id, row.Word, row.State });

    [Theory]
    [InlineData("processed")]
    [InlineData("PROCESSED")]
    [InlineData(" Processed")]
    [InlineData("")]
    public async Task Almost_the_word_is_not_the_word(string word) => Assert.Null((await QueryAsync(proxy.Answers(Status(word)))).Received);

    [Theory]
    [MemberData(nameof(AmountsOut))]
    public async Task Amount_goes_out_as_the_vectors_say(string id, long minor, string wire)
    {
        await StartAsync(proxy.Answers(Prompted), KaspiRequests.Checkout(new Money(minor, "KZT"), "77015211545"));

        Assert.True(Assert.Single(proxy.Urls).Contains($"&amount={wire}&", StringComparison.Ordinal), id);
    }

    public static IEnumerable<object?[]> AmountsOut =>
        ProviderVectors.Money("kaspi").Where(row => row.Direction == "minor_to_wire").Select(row => new object?[] { row.Id, row.Minor, row.Wire });

    [Theory]
    [MemberData(nameof(AmountsIn))]
    public async Task Amount_comes_in_as_the_vectors_say(string id, long? minor, string wire)
    {
        var body = $$"""{"status":true,"data":{"externalId":"12800627774","returnOperationId":1,"refundedAmount":{{wire}}},"http_code":200}""";
        var asked = new Money(minor ?? 1234, "KZT");

        var result = await RefundAsync(proxy.Answers(body), KaspiRequests.Refund("12800627774", asked, asked));

        Assert.True(result is RefundResult.Succeeded == minor is not null, id);
    }

    public static IEnumerable<object?[]> AmountsIn =>
        ProviderVectors.Money("kaspi").Where(row => row.Direction == "wire_to_minor").Select(row => new object?[] { row.Id, row.Minor, row.Wire });

    [Fact]
    public async Task Refund_that_says_what_was_asked_succeeded()
    {
        var result = Assert.IsType<RefundResult.Succeeded>(await RefundAsync(proxy.Answers(Refunded)));

        Assert.Equal("12800582793", result.Reference);
    }

    [Theory]
    [InlineData("""{"externalId":"12800627774","status":"Wait"}""")]
    [InlineData("""{"externalId":"12800627774","refundedAmount":50}""")]
    [InlineData("""{"externalId":"12800627774","returnOperationId":12800582793}""")]
    [InlineData("""{"externalId":"12800627774","returnOperationId":12800582793,"refundedAmount":5000}""")]
    [InlineData("""{"externalId":"12800627774","returnOperationId":12800582793,"refundedAmount":49.99}""")]
    [InlineData("""{"externalId":"12800627775","returnOperationId":12800582793,"refundedAmount":50}""")]
    [InlineData("""{"externalId":"12800627774","returnOperationId":"","refundedAmount":50}""")]
    public async Task Refund_that_says_anything_else_is_unknown(string data) =>
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(proxy.Answers($$"""{"status":true,"data":{{data}},"http_code":200}""")));

    [Theory]
    [InlineData("""{"status":false,"data":{"StatusCode":-99000005},"http_code":400}""", "-99000005")]
    [InlineData("""{"status":false,"data":{"StatusCode":-99000011},"http_code":404}""", "-99000011")]
    [InlineData("""{"status":false,"data":{"StatusCode":-99000020},"http_code":500}""", "-99000020")]
    [InlineData("""{"status":false,"data":[],"error":"payment is not Processed","http_code":404}""", "404")]
    public async Task Refused_refund_failed(string body, string code) =>
        Assert.Equal(code, Assert.IsType<RefundResult.Failed>(await RefundAsync(proxy.Answers(body))).ProviderCode);

    [Fact]
    public async Task Text_of_a_failure_is_short_and_keeps_the_token()
    {
        var echo = JsonSerializer.Serialize($"GET /create/?access_token={Token}&deviceToken={Device} or {Uri.EscapeDataString(Token)}\n{new string('x', 5000)}");

        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync(proxy.Answers($$"""{"status":false,"data":[],"error":{{echo}},"http_code":400}""")));

        Assert.Equal(200, declined.Message.Length);
        Assert.DoesNotContain('\n', declined.Message);
        Assert.DoesNotContain(Token, declined.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Token), declined.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Device, declined.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcript_keeps_the_token()
    {
        var transcript = CallTranscript.Open();
        await StartAsync(proxy.Answers($$"""{"status":false,"data":[],"error":"who is {{Token}}?","http_code":400}"""));
        CallTranscript.Close();

        Assert.Contains("GET https://proxy.test/kaspi/create/?phone=77015211545&amount=100", transcript.Requests, StringComparison.Ordinal);
        foreach (var part in new[] { "token of", "token%20of", "proxy+", "proxy%2B", Device })
            Assert.DoesNotContain(part, transcript.Requests + transcript.Responses, StringComparison.Ordinal);
        Assert.Contains("[redacted]", transcript.Requests, StringComparison.Ordinal);
        Assert.Contains("[redacted]", transcript.Responses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_bytes_make_the_reader_throw()
    {
        var chance = new Random(20251022);
        var valid = Encoding.UTF8.GetBytes(Refunded);
        for (var round = 0; round < 500; round++)
        {
            var body = round % 2 == 0 ? new byte[chance.Next(64)] : [.. valid];
            if (round % 2 == 0)
                chance.NextBytes(body);
            else
                body[chance.Next(body.Length)] = (byte)chance.Next(256);
            proxy.Answers(body);

            await StartAsync(proxy);
            await StartAsync(proxy, Checkout() with { Method = "link" });
            await QueryAsync(proxy);
            await RefundAsync(proxy);
        }
    }

    [Fact]
    public async Task Profile_offers_what_the_provider_implements()
    {
        var provider = Provider(proxy);

        Assert.IsNotAssignableFrom<IReadsWebhooks>(provider);
        Assert.IsNotAssignableFrom<ICancels>(provider);
        Assert.IsNotAssignableFrom<IQueriesRefunds>(provider);
        Assert.Equal(WebhookTrust.None, provider.Profile.WebhookTrust);
        Assert.False(provider.Profile.QueriesByOurReference || provider.Profile.CreateIsIdempotent || provider.Profile.RefundIsIdempotent);
        foreach (var method in provider.Profile.Methods)
        {
            var result = await StartAsync(proxy.Answers(method == "link" ? Linked : Prompted), Checkout() with { Method = method });
            Assert.True(result is CheckoutResult.Redirect or CheckoutResult.PhonePrompt, method);
        }
    }

    /// <summary>A proxy that hangs up without an answer may have sent the prompt: the connection pool must not send the call again.</summary>
    [Theory]
    [InlineData("create")]
    [InlineData("refund")]
    public async Task Call_is_never_sent_twice(string verb)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var requests = 0;
        var answering = Task.Run(async () =>
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                // The second request on a kept connection is the one that a pool would repeat.
                for (var onThis = 1; onThis <= 2; onThis++)
                {
                    var heard = new byte[8192];
                    if (await stream.ReadAsync(heard) == 0)
                        break;
                    if (Encoding.ASCII.GetString(heard).StartsWith($"GET /{verb}/", StringComparison.Ordinal))
                    {
                        Interlocked.Increment(ref requests);
                        break;
                    }
                    var body = Status("Wait");
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
                }
            }
        });
        await using var services = RealHttp(port);
        var provider = services.GetRequiredService<ProviderRegistry>()["kaspi"];
        var account = Account with { BaseUrl = $"http://127.0.0.1:{port}" };

        await ((IQueriesStatus)provider).QueryPaymentAsync(account, KaspiRequests.Reference("12800627774", Asked), CancellationToken.None);
        if (verb == "create")
            Assert.IsType<CheckoutResult.Unknown>(await provider.StartCheckoutAsync(account, Checkout(), CancellationToken.None));
        else
            Assert.IsType<RefundResult.Unknown>(await ((IRefunds)provider).RefundAsync(account, KaspiRequests.Refund("12800627774", Asked, Asked), CancellationToken.None));

        Assert.Equal(1, requests);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task Closed_port_declines()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var services = RealHttp(port);

        var result = await services.GetRequiredService<ProviderRegistry>()["kaspi"].StartCheckoutAsync(Account with { BaseUrl = $"http://127.0.0.1:{port}" }, Checkout(), CancellationToken.None);

        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(result).Code);
    }

    [Fact]
    public async Task Inner_target_declines_and_is_not_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var services = RealHttp(selfPort: port + 1);

        var result = await services.GetRequiredService<ProviderRegistry>()["kaspi"].StartCheckoutAsync(Account with { BaseUrl = $"http://127.0.0.1:{port}" }, Checkout(), CancellationToken.None);

        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(result).Code);
        Assert.False(listener.Pending());
    }

    private static readonly Money Asked = new(10000, "KZT");

    private static ProviderAccountSnapshot Account { get; } = new()
    {
        AccountId = Guid.Empty,
        TenantId = Guid.Empty,
        Provider = "kaspi",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://proxy.test/kaspi",
        Credentials = new Dictionary<string, string> { ["access_token"] = Token },
        WebhookUrl = "https://shop.test/webhooks/none",
        OrganizationBin = Bin,
        DeviceToken = Device,
    };

    private static CheckoutRequest Checkout(string? phone = "77015211545") => KaspiRequests.Checkout(Asked, phone);

    private static string Status(string word) => $$"""{"status":true,"data":{"externalId":"12800627774","status":"{{word}}"},"http_code":200}""";

    private static KaspiProvider Provider(StubbedProvider proxy) => new(proxy.Http);

    private static Task<CheckoutResult> StartAsync(StubbedProvider proxy, CheckoutRequest? request = null, ProviderAccountSnapshot? account = null) =>
        Provider(proxy).StartCheckoutAsync(account ?? Account, request ?? Checkout(), CancellationToken.None);

    private static Task<StatusReading> QueryAsync(StubbedProvider proxy) =>
        Provider(proxy).QueryPaymentAsync(Account, KaspiRequests.Reference("12800627774", Asked), CancellationToken.None);

    private static Task<RefundResult> RefundAsync(StubbedProvider proxy, RefundRequest? request = null, ProviderAccountSnapshot? account = null) =>
        Provider(proxy).RefundAsync(account ?? Account, request ?? KaspiRequests.Refund("12800627774", Asked, new Money(5000, "KZT")), CancellationToken.None);

    /// <summary>The client as the app builds it, in a process that listens on <paramref name="selfPort"/>.</summary>
    private static ServiceProvider RealHttp(int selfPort) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(new Deployment
        {
            EnvironmentName = "Production",
            DataDirectory = Path.GetTempPath(),
            PublicUrl = "https://shop.test",
            FrontendUrl = "https://shop.test",
            SelfUrl = $"http://127.0.0.1:{selfPort}",
            SandboxEnabled = false,
            DemoEnabled = false,
            AllowPrivateTargets = false,
            RequireSecondFactor = true,
        })
        .AddProviders()
        .BuildServiceProvider();
}
