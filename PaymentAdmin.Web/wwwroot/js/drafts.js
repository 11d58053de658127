// Keeps what was typed when the circuit is lost. The server's state of a page dies with its process; the text in the fields is still in the
// browser, so it is noted before the page is loaded again and put back when the same fields appear. Secrets are never noted.

const place = 'pa-drafts';
const livesMilliseconds = 30 * 60 * 1000;
const fieldsOf = root => [...root.querySelectorAll('main textarea, main input, main select, .rz-dialog textarea, .rz-dialog input, .rz-dialog select, .rz-dialog-side textarea, .rz-dialog-side input')];

const isKept = field =>
  field.id
  && !['password', 'file', 'hidden', 'checkbox', 'radio', 'search', 'submit', 'button'].includes(field.type)
  && !/token|secret|passw|credential|[-_ ]key/i.test(`${field.id} ${field.name} ${field.dataset.testid ?? ''}`);

// A field that came after a press (a dialog, a form that unfolds) comes again by the same press.
let opener = null;
const openers = new Map();
const typed = new Set();

document.addEventListener('click', event => {
  const button = event.target.closest('main button[data-testid], main a[data-testid]');
  if (!button || button.closest('form, .rz-dialog')) return;
  const same = [...document.querySelectorAll(`[data-testid="${CSS.escape(button.dataset.testid)}"]`)];
  opener = { testid: button.dataset.testid, index: same.indexOf(button), before: new Set(fieldsOf(document).map(field => field.id)) };
}, true);

document.addEventListener('input', event => {
  const field = event.target;
  if (!(field instanceof HTMLElement) || !isKept(field)) return;
  typed.add(field.id);
  if (opener && !opener.before.has(field.id)) openers.set(field.id, { testid: opener.testid, index: opener.index });
}, true);

/** Notes the fields that somebody has typed into, as they are now. */
export function keepDrafts() {
  const fields = fieldsOf(document).filter(field => isKept(field) && typed.has(field.id) && field.value !== '')
    .map(field => ({ id: field.id, value: field.value, opener: openers.get(field.id) }));
  if (fields.length > 0) sessionStorage.setItem(place, JSON.stringify({ path: location.pathname, at: Date.now(), fields }));
}

/** Puts them back as they appear. Blazor hears it as if it had been typed. */
export function restoreDrafts(announce) {
  const noted = JSON.parse(sessionStorage.getItem(place) ?? 'null');
  sessionStorage.removeItem(place);
  if (!noted || noted.path !== location.pathname || Date.now() - noted.at > livesMilliseconds) return;
  const open = new Map(noted.fields.map(field => [field.id, field]));
  const pressed = new Set();

  const fill = () => {
    for (const [id, { value, opener: by }] of open) {
      const field = document.getElementById(id);
      if (field) {
        open.delete(id);
        typed.add(id);
        if (by) openers.set(id, by);
        field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
        announce('The page was loaded again. What you had typed is still there.');
      } else if (by && !pressed.has(by.testid)) {
        const button = document.querySelectorAll(`main [data-testid="${CSS.escape(by.testid)}"]`)[by.index];
        if (button && !button.disabled) {
          pressed.add(by.testid);
          button.click();
        }
      }
    }
    if (open.size === 0) observer.disconnect();
  };
  const observer = new MutationObserver(fill);
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), 60_000);
  fill();
}
