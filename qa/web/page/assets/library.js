// Buttons in the table. After each redraw the focus is where the reader expects it: on what was opened, or asked, or
// on the button that was pressed.
let wanted = '', held = '';
const key = (b) => b.name || `${b.dataset.act} ${b.matches('select') ? '' : b.value}`;
const act = (name, value) => trigger(name === 'remove' ? 'remove' : 'show', { act: name, value });

const NEXT = {
  open: () => 'heading', edit: () => 'field', unedit: (b) => `edit ${b.value}`, confirm: (b) => `keep ${b.value}`,
  remove: () => 'count', all: () => 'count', close: (b) => `open ${b.value}`, keep: (b) => `confirm ${b.value}`,
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return shut(event.target.closest('details.menu'));
  if (button.dataset.act === 'jump') return jump(document.querySelector('#add'));
  if (button.dataset.act === 'ask') return trigger('ask', { id: button.value });
  wanted = (NEXT[button.dataset.act] || key)(button);
  act(button.dataset.act, button.value);
});

element.addEventListener('change', (event) => {
  if (!event.target.matches('select[data-act]')) return;
  wanted = key(event.target);
  act(event.target.dataset.act, event.target.value);
});

// Only what was changed is saved: a date keeps its time of day while nobody touches it.
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const changed = [...event.target.querySelectorAll('input[name]')].filter((i) => i.value !== i.dataset.was);
  wanted = 'saved';
  trigger('save', { id: event.target.dataset.id, fields: Object.fromEntries(changed.map((i) => [i.name, i.value])) });
});

// Outcomes ask for their article to be opened, asked or edited here.
window.addEventListener('groundwire-article', ({ detail }) => {
  if (detail.act === 'ask') trigger('ask', { id: detail.id });
  else carryOut(detail);
});

function carryOut({ act: name, id }) {
  wanted = NEXT[name] ? NEXT[name]({ value: id }) : '';
  act(name, id);
}

const menus = () => document.querySelectorAll('#table details.menu[open]');
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

document.addEventListener('focusin', (event) => {
  const button = element.contains(event.target) && event.target.closest('[data-act]');
  held = button ? key(button) : '';
});

function target() {
  if (wanted === 'heading') return element.querySelector('.preview h2');
  if (wanted === 'field') return element.querySelector('form.edit input');
  if (wanted === 'saved') return element.querySelector('form.edit .wrong') ? element.querySelector('form.edit [data-day]') : element.querySelector('.preview h2');
  if (wanted === 'count') return element.querySelector('.count');
  const found = [...element.querySelectorAll('[data-act]')].find((b) => key(b) === (wanted || held));
  if (found?.closest('details.menu:not([open])')) return found.closest('details').querySelector('summary');
  return found?.disabled ? element.querySelector('.count') : found;
}

watch(['value', 'seq'], () => {
  const waiting = window.groundwireArticle;  // what the tab was opened for
  delete window.groundwireArticle;
  if (waiting) return carryOut(waiting);
  const free = document.activeElement === document.body || element.contains(document.activeElement) || wanted === 'field' || wanted === 'heading';
  const found = free && (wanted || held) && target();
  if (!found) return;
  found.focus({ preventScroll: true });
  if (wanted) found.closest('.confirm, .opened, .pager')?.scrollIntoView({ block: 'nearest' });
  wanted = '';
});
