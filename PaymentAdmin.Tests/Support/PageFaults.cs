using Microsoft.Playwright;

namespace PaymentAdmin.Tests.Support;

/// <summary>What a person would complain about on a page, measured in the browser: text cut off, things lying on each other, what the keyboard cannot reach.</summary>
public static class PageFaults
{
    private const int TabsMax = 900;

    /// <summary>Loaded once a page: names an element in a way that somebody finds it again, and knows what is on screen.</summary>
    private const string Tools = """
        () => {
          const name = one => `<${one.tagName.toLowerCase()}${one.id ? ' #' + one.id : ''}${one.dataset?.testid ? ' ' + one.dataset.testid : ''} .${(one.getAttribute('class') ?? '').trim().replace(/\s+/g, '.')}> "${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 50)}"`;
          const shown = one => one.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) && !one.closest('[inert]');
          const acting = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex="0"]';
          // What is left of a box inside everything that scrolls or hides around it.
          const seen = (one, box) => {
            let { left, top, right, bottom } = box;
            for (let parent = one.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
              const style = getComputedStyle(parent);
              if (style.overflowX === 'visible' && style.overflowY === 'visible')
                continue;
              const edge = parent.getBoundingClientRect();
              if (style.overflowX !== 'visible') [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
              if (style.overflowY !== 'visible') [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
            }
            return { left, top, right, bottom };
          };
          const floats = one => {
            for (let parent = one; parent && parent !== document.body; parent = parent.parentElement)
              if (['fixed', 'sticky'].includes(getComputedStyle(parent).position))
                return parent;
            return null;
          };
          window.pageTools = { name, shown, acting, seen, floats };
        }
        """;

    private const string Clipped = """
        () => {
          const { name, shown } = window.pageTools;
          const faults = [];
          for (const one of document.querySelectorAll('body *')) {
            if (one.closest('svg, .vh, [aria-hidden=true]') || !one.textContent.trim() || !shown(one) || one.clientWidth < 2)
              continue;
            const style = getComputedStyle(one);
            if (['hidden', 'clip'].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && style.textOverflow !== 'ellipsis' && !one.title)
              faults.push(`cut by ${one.scrollWidth - one.clientWidth} px: ${name(one)}`);
            else if (['hidden', 'clip'].includes(style.overflowY) && one.scrollHeight > one.clientHeight + 2 && style.webkitLineClamp === 'none' && style.position !== 'fixed')
              faults.push(`cut at the bottom by ${one.scrollHeight - one.clientHeight} px: ${name(one)}`);
          }
          return faults;
        }
        """;

    private const string Overlapping = """
        () => {
          const { name, shown, acting, seen, floats } = window.pageTools;
          const boxes = [];
          for (const one of document.querySelectorAll(acting)) {
            if (!shown(one))
              continue;
            const floating = floats(one);
            for (const rect of one.getClientRects()) {
              const box = seen(one, rect);
              if (box.right - box.left > 2 && box.bottom - box.top > 2)
                boxes.push({ one, box, floating });
            }
          }
          const faults = [];
          for (let i = 0; i < boxes.length; i++)
            for (let k = i + 1; k < boxes.length; k++) {
              const [a, b] = [boxes[i], boxes[k]];
              if (a.floating !== b.floating || a.one.contains(b.one) || b.one.contains(a.one))
                continue;
              const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
              const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
              if (wide > 2 && high > 2)
                faults.push(`on each other by ${Math.round(wide)}x${Math.round(high)} px: ${name(a.one)} and ${name(b.one)}`);
            }
          return [...new Set(faults)];
        }
        """;

    /// <summary>Remembers how everything looks without the focus; answers how much there is to reach.</summary>
    private const string BeginWalk = """
        () => {
          const { shown, acting } = window.pageTools;
          const look = one => {
            let text = '';
            for (let at = one, depth = 0; at && depth < 4; at = at.parentElement, depth++) {
              const style = getComputedStyle(at);
              text += [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor].join('|') + '/';
            }
            for (const side of ['::before', '::after']) {
              const style = getComputedStyle(one, side);
              text += [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join('|') + '/';
            }
            const inner = one.type === 'checkbox' || one.type === 'radio' ? one.nextElementSibling : null;
            if (inner) {
              const style = getComputedStyle(inner);
              text += [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join('|');
            }
            return text;
          };
          document.activeElement?.blur();
          const open = [...document.querySelectorAll(acting)].filter(one => shown(one) && !one.disabled && one.tabIndex >= 0 && one.getClientRects().length > 0);
          const groups = new Set();
          const awaited = open.filter(one => {
            // One of a group of radio buttons takes the focus; the arrows go on from there.
            if (one.type !== 'radio') return true;
            const group = `${one.form?.id}/${one.name}`;
            const first = !groups.has(group);
            groups.add(group);
            return first;
          });
          window.walk = { look, before: new Map(open.map(one => [one, look(one)])), awaited, reached: new Set(), groups: new Set(), faults: [], start: null };
          return awaited.length;
        }
        """;

    private const string Step = """
        () => {
          const { walk } = window;
          const { name } = window.pageTools;
          const one = document.activeElement;
          if (!one || one === document.body)
            return 'out';
          if (walk.reached.has(one))
            return one === walk.start ? 'round' : 'again';
          walk.start ??= one;
          walk.reached.add(one);
          if (one.type === 'radio')
            walk.groups.add(`${one.form?.id}/${one.name}`);
          const before = walk.before.get(one);
          if (before !== undefined && before === walk.look(one))
            walk.faults.push(`no visible focus: ${name(one)}`);
          return 'on';
        }
        """;

    private const string EndWalk = """
        () => {
          const { walk } = window;
          const { name, shown } = window.pageTools;
          for (const one of walk.awaited)
            if (one.isConnected && shown(one) && !one.disabled && !walk.reached.has(one) && !(one.type === 'radio' && walk.groups.has(`${one.form?.id}/${one.name}`)))
              walk.faults.push(`not reached by Tab: ${name(one)}`);
          return walk.faults;
        }
        """;

    /// <summary>Sideways scrolling, cut text, and things that lie on each other.</summary>
    public static async Task<IReadOnlyList<string>> OfLayoutAsync(IPage page)
    {
        await page.EvaluateAsync(Tools);
        var faults = new List<string>();
        var overhang = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (overhang > 0)
            faults.Add($"scrolls sideways by {overhang} px");
        faults.AddRange(await page.EvaluateAsync<string[]>(Clipped));
        faults.AddRange(await page.EvaluateAsync<string[]>(Overlapping));
        return faults;
    }

    /// <summary>Walks through the page with Tab alone: everything that acts is reached, and one sees where one is.</summary>
    public static async Task<IReadOnlyList<string>> OfKeyboardAsync(IPage page)
    {
        await page.EvaluateAsync(Tools);
        var awaited = await page.EvaluateAsync<int>(BeginWalk);
        for (var i = 0; i < Math.Min(TabsMax, awaited + 30); i++)
        {
            await page.Keyboard.PressAsync("Tab");
            // After the last one the focus leaves the page and comes in again at the top: a walk ends where it began.
            if (await page.EvaluateAsync<string>(Step) == "round")
                break;
        }
        return await page.EvaluateAsync<string[]>(EndWalk);
    }
}
