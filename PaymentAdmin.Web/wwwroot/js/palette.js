// The command palette's keys. The server finds what matches; the browser opens, moves and presses.

const dialog = () => document.getElementById('palette');
const options = () => [...dialog().querySelectorAll('[role="option"]')];

export function openPalette() {
  const palette = dialog();
  if (!palette || palette.open) return;
  palette.showModal();
  const input = palette.querySelector('input');
  input.select();
  mark(0);
}

function mark(index) {
  const found = options();
  found.forEach((option, i) => option.setAttribute('aria-selected', i === index ? 'true' : 'false'));
  const chosen = found[index];
  const input = dialog().querySelector('input');
  if (chosen) {
    input.setAttribute('aria-activedescendant', chosen.id);
    chosen.scrollIntoView({ block: 'nearest' });
  } else {
    input.removeAttribute('aria-activedescendant');
  }
}

document.addEventListener('keydown', event => {
  const palette = dialog();
  if (!palette?.open) return;
  const found = options();
  const at = found.findIndex(option => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    mark((at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length));
  } else if (event.key === 'Enter') {
    event.preventDefault();
    (found[at] ?? found[0])?.click();
  }
});

document.addEventListener('click', event => {
  const palette = dialog();
  if (!palette?.open) return;
  if (event.target === palette || event.target.closest('#palette [role="option"]')) palette.close();
});

// What was found changes while somebody types: the first is always the one that Enter presses.
new MutationObserver(changes => {
  if (dialog()?.open && changes.some(change => change.target.closest?.('#palette-list'))) mark(0);
}).observe(document.body, { childList: true, subtree: true });
