// Buttons inside chat messages: citations, examples, copy, ask again. One listener on the frame serves them all.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !element.contains(button)) return;
  if (button.matches('.cite')) cite(event, button);
  else if (button.matches('.part')) askWithout(button.value);
  else if (button.matches('.example')) toBox('example', { question: button.value });
  else if (button.matches('.again')) toBox('again', { again: button.value });
  else if (button.matches('.all')) toBox('again', { again: button.value, all: true });
  else if (button.matches('.copy')) copy(button, said);
  else if (button.matches('.edit')) toLibrary('edit', button.value);
  else if (button.matches('.library')) toLibrary('year', button.value);
});

// The Library is made when its tab is opened for the first time: it takes up by itself what it is opened for.
function toLibrary(act, id) {
  window.groundwireArticle = { act, id };
  [...document.querySelectorAll('#tabs [role=tab]')].find((tab) => tab.textContent.trim() === 'Library').click();
}

// The last question again, with a part of what was understood left out, or taken back.
function askWithout(value) {
  const [turn, part] = value.split('/');
  toBox('again', { again: turn, part });
}

// The button goes away with what it starts: the focus goes where the next question is typed.
function toBox(name, data) {
  shown = '';
  trigger(name, data);
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
}

function cite(event, button) {
  event.preventDefault();
  element.querySelectorAll('button.cite.open').forEach((b) => b.classList.remove('open'));
  button.classList.add('open');
  // A click made by the keyboard has no detail; the panel then takes the focus and Escape gives it back.
  const act = button.matches('.article') ? 'article' : '';
  window.groundwire = { button, token: button.value, act, keyboard: event.detail === 0, open: true };
  clearTimeout(scrolled);  // what was clicked is what is looked at
  inView = rows().indexOf(button.closest('.bot-row')?.previousElementSibling);
  show(button.value, act);
}

// One thing is shown at a time: answers to requests that are made together can change places on their way.
let wanted = null, asked = null, since = 0;

function show(token, act) {
  wanted = { token, act };
  if (!asked || performance.now() - since > 3000) send();
}

function send() {
  asked = wanted;
  since = performance.now();
  trigger('cite', asked);
}

window.addEventListener('groundwire-panel', () => {
  const done = asked;
  asked = null;
  if (done && wanted !== done) send();
});

async function said(button) {
  const [conversation, turn] = button.value.split('/');
  const reply = await fetch(`./api/conversations/${conversation}/turns/${turn}`, { cache: 'no-store' });
  if (!reply.ok) throw new Error(reply.status);
  return reply.text();
}

// What it says for a moment takes no less room than its name: no other button moves below the pointer.
async function copy(button, text) {
  const words = button.textContent;
  let said = 'Copied';
  try {
    await put(await text(button));
  } catch (error) {
    said = error.cause || 'It could not be copied';
  }
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = said;
  setTimeout(() => { button.textContent = words; }, 1600);
}

window.groundwireCopy = copy;
window.groundwireToLibrary = toLibrary;

// The clipboard is there on this machine and over https only; elsewhere a selection does it.
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement('textarea'), { value: text });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('refused');
}

// A question in the address is asked when the page comes up; once it is shown, a reload must not ask it again.
function cleanAddress() {
  const address = new URL(location.href);
  if (!address.searchParams.has('q') || !element.querySelector('.message')) return;
  for (const name of ['q', 'outlet', 'article', 'from', 'to']) address.searchParams.delete(name);
  history.replaceState(null, '', address);
}

// A question that was just asked comes to the top, wherever its reader had scrolled to, with room below it to stay there.
// There it stays while its answer comes, unless its reader goes somewhere else.
let shown = '', pinned = false;
const log = () => element.querySelector('[role=log]');
const rows = () => [...element.querySelectorAll('.user-row')];

function showNewest() {
  const all = rows(), newest = all.at(-1), now = newest ? `${all.length} ${newest.textContent}` : '';
  if (now !== shown) {
    shown = now;
    pinned = true;
    window.dispatchEvent(new Event('groundwire-asked'));
  }
  if (!newest || !pinned) return;
  inView = all.length - 1;
  requestAnimationFrame(() => {
    if (!pinned || !newest.isConnected) return;
    makeRoom();
    log().scrollTop += top(newest) - top(log());
  });
}
for (const moves of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
  element.addEventListener(moves, () => { pinned = false; }, { capture: true, passive: true });
}

// The sources follow the question in view, unless they are a sheet.
let inView = -1, scrolled = 0;

function follow() {
  const all = rows(), line = top(log()) + log().clientHeight / 3, now = all.findLastIndex((row) => top(row) < line);
  if (now < 0 || now === inView) return;
  inView = now;
  const cite = all[now].nextElementSibling?.querySelector('button.cite:not(.article)');
  if (!cite || window.matchMedia('(max-width: 768px)').matches) return;
  const [turn] = JSON.parse(atob(cite.value.replace(/-/g, '+').replace(/_/g, '/')));
  show(btoa(JSON.stringify([turn, 0, '', '', 0, 0])), 'heal');
}
element.addEventListener('scroll', () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(follow, 150);
}, true);

const top = (part) => part.getBoundingClientRect().top;

function makeRoom() {
  const newest = rows().at(-1), room = newest && `${log().clientHeight - newest.offsetHeight}px`;
  if (newest && element.style.getPropertyValue('--room') !== room) element.style.setProperty('--room', room);
}
new ResizeObserver(makeRoom).observe(element);

// What was typed and not asked yet outlives a reload, which gradio makes by itself once a service that was gone is back.
const UNSENT = 'groundwire-unsent';
window.addEventListener('pagehide', () => {
  sessionStorage.setItem(UNSENT, document.querySelector('#question textarea')?.value || '');
});

function takeUp() {
  const box = document.querySelector('#question textarea'), unsent = sessionStorage.getItem(UNSENT);
  if (!box) return requestAnimationFrame(takeUp);
  sessionStorage.removeItem(UNSENT);
  if (!unsent || box.value) return;
  box.value = unsent;
  box.dispatchEvent(new Event('input', { bubbles: true }));
}
takeUp();

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, [contenteditable]')) return;
  const box = document.querySelector('#question textarea');
  if (!box?.checkVisibility()) return;
  event.preventDefault();
  box.focus();
});

// gradio names each message by its raw Markdown, buttons included; screen readers should hear the text itself.
new MutationObserver(() => {
  cleanAddress();
  showNewest();
  for (const message of element.querySelectorAll('[data-testid="user"][aria-label], [data-testid="bot"][aria-label]')) {
    message.removeAttribute('aria-label');
  }
}).observe(element, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] });
