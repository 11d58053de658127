// Makes the payers' pages nicer; they work without it. Everything it shows was drawn by the server: it asks for the page again and puts the
// new one in place when the payment has moved. Nothing is decided here, and no other host is spoken to.

const PATIENCE = 200;
let looks = 0;
let timer = 0;

const main = () => document.querySelector("main[data-state]");

function start() {
  const page = main();
  if (!page) return;
  for (const button of page.querySelectorAll("[data-copy], [data-print], [data-stay]")) button.hidden = false;
  for (const clock of page.querySelectorAll("[data-left]")) countDown(clock);
  if (page.dataset.onward) leadOn(page);
  else if (page.dataset.poll) wait(page);
}

// ---- Waiting ----

function wait(page) {
  clearTimeout(timer);
  const pause = Number(page.dataset.every || 3) * (looks > PATIENCE ? 10 : 1);
  timer = setTimeout(() => look(page), pause * 1000);
}

async function look(page) {
  if (document.hidden) return wait(page);
  looks++;
  try {
    const answer = await fetch(page.dataset.poll, { headers: { accept: "text/html" }, cache: "no-store", redirect: "error" });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) return wait(page);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    offline(page, false);
    show(page, next);
  } catch {
    offline(page, true);
    wait(page);
  }
}

function show(page, next) {
  const fresh = next.querySelector("main[data-state]");
  if (!fresh) return wait(page);
  if (fresh.dataset.state === page.dataset.state) {
    page.dataset.poll = fresh.dataset.poll || "";
    return page.dataset.poll ? wait(page) : undefined;
  }
  const place = document.importNode(fresh, true);
  page.replaceWith(place);
  document.title = next.title;
  const head = place.querySelector("h1");
  if (head) {
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
  }
  start();
}

function offline(page, is) {
  let note = page.querySelector("[data-offline-note]");
  if (is && !note) {
    note = document.createElement("p");
    note.className = "alert warn";
    note.setAttribute("role", "status");
    note.dataset.offlineNote = "";
    note.textContent = page.dataset.offline;
    page.prepend(note);
  } else if (!is && note) note.remove();
}

// ---- On to the shop ----

function leadOn(page) {
  let left = Number(page.dataset.after || 0);
  const words = page.querySelector("[data-countdown]");
  const step = () => {
    if (left <= 0) return location.assign(page.dataset.onward);
    if (words) {
      words.hidden = false;
      words.textContent = words.dataset.countdown.replace("{0}", left);
    }
    left--;
    timer = setTimeout(step, 1000);
  };
  page.querySelector("[data-stay]")?.addEventListener("click", event => {
    clearTimeout(timer);
    if (words) words.hidden = true;
    event.currentTarget.hidden = true;
  });
  step();
}

// ---- Clocks, copying, printing, sending once ----

function countDown(clock) {
  const end = performance.now() + Number(clock.dataset.left) * 1000;
  clock.closest("dd")?.removeAttribute("hidden");
  clock.closest("dd")?.previousElementSibling?.removeAttribute("hidden");
  const tick = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    const part = number => String(number).padStart(2, "0");
    clock.textContent = (left >= 3600 ? `${Math.floor(left / 3600)}:` : "") + `${part(Math.floor(left / 60) % 60)}:${part(left % 60)}`;
    if (left > 0 && clock.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) return window.print();
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    const words = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = words; }, 2000);
  } catch {
    getSelection()?.selectAllChildren(button.previousElementSibling);
  }
});

document.addEventListener("submit", event => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  clearTimeout(timer);
  const button = form.querySelector("button");
  if (button?.dataset.busy) {
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-busy", "true");
  }
});

// A page that the browser kept may be older than the payment.
addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
document.addEventListener("visibilitychange", () => {
  const page = main();
  if (!document.hidden && page?.dataset.poll && !page.dataset.onward) { clearTimeout(timer); look(page); }
});

start();
