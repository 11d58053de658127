using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Users;

/// <summary>The people of the tenant: add, change the role, take the access away and give it back.</summary>
public sealed partial class UserList : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private LiveRefresh? live;
    private List<UserItem>? items;
    private string? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ListUsers List { get; set; } = null!;

    [Inject]
    private ChangeUser Change { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, TimeSpan.FromMilliseconds(300), update => update.Subject == "approval" && update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        live?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        if (!leaving.IsCancellationRequested)
            items = Frame?.TenantId is { } tenantId ? await List.RunAsync(tenantId, withSuperadmins: Frame.Role == Roles.Superadmin, leaving.Token) : [];
    }

    private Task AddAsync() => OpenAsync("Add user", person: null);

    private Task ChangeRoleAsync(UserItem person) => OpenAsync($"Change the role of {person.Email}", person);

    private async Task OpenAsync(string title, UserItem? person)
    {
        if (Frame is null)
            return;
        said = null;
        var answer = await Dialogs.OpenAsync<UserDialog>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(UserDialog.Person)] = person, [nameof(UserDialog.Frame)] = Frame },
            new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        said = answer as string;
        await LoadAsync();
    }

    private async Task SwitchAsync(UserItem person)
    {
        if (Frame is null)
            return;
        said = null;
        Problem? answer = null;
        var done = await Dialogs.ConfirmAsync(
            person.IsDisabled ? "Let this person in again?" : "Take this person's access away?",
            new ConfirmSubject { More = [("Person", person.Email), ("Role", person.Role)] },
            person.IsDisabled ? $"Let {person.Email} in" : "Take access away",
            async () => (answer = (await Change.RunAsync(new UserChange(person.Id) { IsDisabled = !person.IsDisabled }, Frame.ToActor(), CancellationToken.None)).Problem).Refusal(),
            person.IsDisabled ? "The password is the one from before." : "Open sessions end within a minute. What the person did stays in the audit under this name.",
            isDanger: !person.IsDisabled,
            testId: "user-access-confirm");
        if (done)
            said = answer?.Detail ?? (person.IsDisabled ? $"{person.Email} may sign in again." : $"{person.Email} has no access any more.");
        await LoadAsync();
    }

    private static void NameRow(RowRenderEventArgs<UserItem> row) => row.Attributes["data-testid"] = "users-row";
}
