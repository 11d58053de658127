// What the browser must do itself: start Blazor with patience, remember the theme, copy, close menus, answer keys.
// Everything hangs on data attributes, so that components need no script of their own.

import { keepDrafts, restoreDrafts } from './drafts.js';
import { openPalette } from './palette.js';

const announce = text => {
  let region = document.getElementById('said');
  if (!region) {
    region = Object.assign(document.createElement('div'), { id: 'said', className: 'vh' });
    region.setAttribute('role', 'status');
    document.body.append(region);
  }
  region.textContent = text;
};

// ---- Circuit: quick tries first, then one every five seconds for hours ----

Blazor.start({
  circuit: {
    reconnectionOptions: {
      maxRetries: 3000,
      retryIntervalMilliseconds: attempt => Math.min(300 + attempt * 400, 5000),
    },
  },
});

// The wordless copy of the frame has done its work once the portal stands; app.css hides it in the same moment.
new MutationObserver((_, observer) => {
  if (!document.querySelector('.portal')) return;
  document.querySelector('.boot')?.remove();
  observer.disconnect();
}).observe(document.body, { childList: true });

// Rejected means that the server answered but no longer knows this circuit: it was restarted.
const notice = document.getElementById('components-reconnect-modal');
let lostAt = null;
const isLost = () => notice.classList.contains('components-reconnect-show') || notice.classList.contains('components-reconnect-failed');
new MutationObserver(() => {
  if (isLost()) {
    lostAt ??= Date.now();
    notice.querySelector('[data-lost]').textContent = new Date(lostAt).toLocaleTimeString();
  } else {
    lostAt = null;
  }
  if (!notice.classList.contains('components-reconnect-rejected')) return;
  keepDrafts();
  location.reload();
}).observe(notice, { attributes: true, attributeFilter: ['class'] });

// Somebody who loads the page by hand while the portal is away loses nothing either.
addEventListener('pagehide', () => {
  if (isLost()) keepDrafts();
});
restoreDrafts(announce);

// ---- Theme: kept only when it differs from the system's ----

function switchTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const root = document.documentElement;
  const next = (root.dataset.theme || system) === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next === system ? '' : next;
  const age = next === system ? 0 : 31536000;
  document.cookie = `pa-theme=${next}; path=/; max-age=${age}; samesite=lax`;
  announce(next === 'dark' ? 'Dark' : 'Light');
}

// ---- Density: how much of the screen a row takes, in this browser ----

function switchDensity() {
  const isDense = document.documentElement.toggleAttribute('data-dense');
  localStorage.setItem('pa-dense', isDense ? 'on' : 'off');
  announce(isDense ? 'Dense rows' : 'Comfortable rows');
}
document.documentElement.toggleAttribute('data-dense', localStorage.getItem('pa-dense') === 'on');

// ---- Copy ----

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return announce('The browser did not allow copying');
  }
  button.dataset.copied = '';
  announce('Copied');
  setTimeout(() => delete button.dataset.copied, 1600);
}

// ---- Clicks ----

const actions = {
  theme: switchTheme,
  density: switchDensity,
  palette: openPalette,
  keys: () => document.getElementById('keys')?.showModal(),
  close: button => button.closest('dialog')?.close(),
};

document.addEventListener('click', event => {
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(event.target)) menu.open = false;

  const copied = event.target.closest('[data-copy]');
  if (copied) return copy(copied);
  const button = event.target.closest('button[data-action]');
  if (button) actions[button.dataset.action]?.(button);
});

// ---- Keys: single letters, ignored while typing, and off where the user wants them off (WCAG 2.1.4) ----

const keysAreOn = () => localStorage.getItem('pa-keys') !== 'off';
const isTyping = target => target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable], [role="listbox"], [role="combobox"]');
let afterG = 0;

document.addEventListener('toggle', event => {
  const box = event.target.id === 'keys' && event.target.querySelector('[data-action="keys-on"]');
  if (box) box.checked = keysAreOn();
}, true);

document.addEventListener('change', event => {
  if (event.target.dataset.action === 'keys-on') localStorage.setItem('pa-keys', event.target.checked ? 'on' : 'off');
});

document.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]');
    if (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
    event.preventDefault();
    return openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keysAreOn() || document.querySelector('dialog[open]')) return;

  if (afterG > event.timeStamp) {
    afterG = 0;
    return press(document.querySelector(`[data-go="${CSS.escape(event.key)}"]`), event);
  }
  if (event.key === 'g') afterG = event.timeStamp + 1500;
  else if (event.key === '?') actions.keys();
  else if (event.key === 'c') press(document.querySelector('main .head [data-copy]'), event);
  else if ((event.key === 'j' || event.key === 'k') && !document.querySelector('[data-key="j"]')) moveRow(event.key === 'j' ? 1 : -1, event);
  else if (event.key === 'x') press(event.target.closest('tr')?.querySelector('[data-pick]'), event);
  else press(document.querySelector(`[data-key="${CSS.escape(event.key)}"]`), event);
});

function press(element, event) {
  if (!element) return;
  event.preventDefault();
  if (element.matches('input:not([type="checkbox"])')) element.focus();
  else element.click();
}

// The rows' own links take the focus, so Enter and the middle button do what they do everywhere.
function moveRow(step, event) {
  const links = [...document.querySelectorAll('main tr.rz-data-row')].map(row => row.querySelector('a')).filter(Boolean);
  if (links.length === 0) return;
  event.preventDefault();
  const at = links.findIndex(link => link.closest('tr').contains(document.activeElement));
  const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

// ---- Called by components ----

window.portal = {
  /** Brings the timeline entry that the URL names into view; it was not there when the browser looked for it. */
  reveal: id => document.getElementById(id)?.scrollIntoView({ block: 'center' }),

  /** Scrolls as little as it takes to see it: not at all where it stands beside what was pressed. */
  show: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
};
