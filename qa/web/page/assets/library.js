// The table and its buttons. One thing at a time is asked of the service, in order, so that nothing is drawn over what
// was asked for after it; what is drawn leaves alone what its reader has open.
const PATIENCE = 5000;  // milliseconds; whoever does not answer by then keeps nobody waiting
const waiting = [];
let asked = null, since = 0, gone = '';

const LOOK = { name: 'show', data: { act: 'look', value: '' } };
const visible = () => element.offsetParent !== null;

function ask(step) {
  if (step === LOOK && waiting.includes(LOOK)) return;
  waiting.push(step);
  next();
}

function next() {
  if (!waiting.length || (asked && performance.now() - since < PATIENCE)) return;
  asked = waiting.shift();
  since = performance.now();
  trigger(asked.name, asked.data);
  setTimeout(next, PATIENCE);
}

watch('value', () => {
  const done = asked;
  asked = null;
  draw();
  if (done) focus(done);
  arriveAt();
  next();
});

// When the table comes into view, what it was opened for is carried out, or else what there is now is shown.
function arrive() {
  const wanted = window.groundwireArticle;
  delete window.groundwireArticle;
  if (wanted) carryOut(wanted);
  else if (asked !== LOOK) ask(LOOK);
}
window.addEventListener('groundwire-library', arrive);
for (const news of ['groundwire-ready', 'groundwire-changed', 'groundwire-search']) {
  window.addEventListener(news, () => visible() && ask(LOOK));
}

// The place that the page's address names, or why none is marked, comes into view once it is drawn: once.
let arrived = false;
function arriveAt() {
  const place = !arrived && visible() && element.querySelector('.opened :is(mark, .place)');
  if (!place) return;
  arrived = true;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'center' });
}

// Where the focus goes once a button's work is drawn: to what was opened, or asked, or to the button itself.
const key = (b) => b.name || `${b.dataset.act} ${b.matches('select') ? '' : b.value}`;
const NEXT = {
  open: () => 'heading', edit: () => 'field', unedit: (b) => `edit ${b.value}`, confirm: (b) => `keep ${b.value}`,
  all: () => 'count', close: (b) => `open ${b.value}`, keep: (b) => `confirm ${b.value}`,
};
const act = (b) => ask({ name: 'show', data: { act: b.dataset.act, value: b.value }, focus: (NEXT[b.dataset.act] || key)(b) });

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  shut(button ? null : event.target.closest('details.menu'));
  if (!button) return;
  if (button.dataset.act === 'jump') return jump(document.querySelector('#add'));
  if (button.dataset.act === 'ask') return trigger('ask', { id: button.value });
  if (button.dataset.act !== 'remove') return act(button);
  gone = button.value;
  trigger('remove', { value: button.value });
});

element.addEventListener('change', (event) => {
  if (event.target.matches('select[data-act]')) act(event.target);
});

// Only what was changed is saved: a date keeps its time of day while nobody touches it.
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const changed = [...event.target.querySelectorAll('input[name]')].filter((i) => i.value !== i.dataset.was);
  const fields = Object.fromEntries(changed.map((i) => [i.name, i.value]));
  ask({ name: 'save', data: { id: event.target.dataset.id, fields }, focus: 'saved' });
});

// Outcomes ask for their article to be opened, asked or edited here.
window.addEventListener('groundwire-article', ({ detail }) => {
  if (detail.act === 'ask') trigger('ask', { id: detail.id });
  else carryOut(detail);
});

function carryOut({ act: name, id }) {
  ask({ name: 'show', data: { act: name, value: id }, focus: NEXT[name] ? NEXT[name]({ value: id }) : '', far: true });
}

const menus = () => element.querySelectorAll('details.menu[open]');
const shut = (but) => menus().forEach((m) => m !== but && m.removeAttribute('open'));
document.addEventListener('click', (event) => { if (!element.contains(event.target)) shut(); });

element.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = event.target.closest('details.menu[open]');
  if (menu) {
    menu.removeAttribute('open');
    return menu.querySelector('summary').focus();
  }
  const inside = event.target.closest('.confirm, form.edit, .preview');
  inside?.querySelector('[data-act="keep"], [data-act="unedit"], [data-act="close"]')?.click();
});

function jump(to) {
  to.scrollIntoView();
  to.querySelector('input').focus({ preventScroll: true });
}

function target(focus) {
  if (focus === 'heading') return element.querySelector('.preview h2');
  if (focus === 'field') return element.querySelector('form.edit input');
  if (focus === 'saved') return element.querySelector('form.edit .wrong') ? element.querySelector('form.edit [data-day]') : element.querySelector('.preview h2');
  if (focus === 'count') return element.querySelector('.count');
  const found = [...element.querySelectorAll('[data-act]')].find((b) => key(b) === focus);
  if (found?.closest('details.menu:not([open])')) return found.closest('details').querySelector('summary');
  return found?.disabled ? element.querySelector('.count') : found;
}

// Somebody who has gone elsewhere meanwhile stays there.
function focus({ focus, far }) {
  const removed = gone && !element.querySelector(`button.title[value="${CSS.escape(gone)}"]`);
  if (removed) gone = '';
  const free = far || document.activeElement === document.body || element.contains(document.activeElement);
  const found = free && (focus ? target(focus) : removed && document.activeElement === document.body && target('count'));
  if (!found) return;
  found.focus({ preventScroll: true });
  found.closest('.confirm, .opened, .pager')?.scrollIntoView({ block: 'nearest' });
}

draw();
arrive();
