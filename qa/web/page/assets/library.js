// Buttons in the table. After each redraw the focus is where the reader expects it: on what was opened, or asked, or
// on the button that was pressed.
let wanted = '', held = '';
const key = (b) => b.name || `${b.dataset.act} ${b.value}`;
const act = (name, value) => trigger(name === 'remove' ? 'remove' : 'show', { act: name, value });

const NEXT = {
  open: () => 'heading', confirm: (b) => `keep ${b.value}`, remove: () => 'count',
  close: (b) => `open ${b.value}`, keep: (b) => `confirm ${b.value}`,
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  if (button.dataset.act === 'jump') return jump(document.querySelector('#add'));
  if (button.dataset.act === 'ask') return trigger('ask', { id: button.value });
  wanted = (NEXT[button.dataset.act] || key)(button);
  act(button.dataset.act, button.value);
});

element.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const inside = event.target.closest('.confirm, .preview');
  inside?.querySelector('[data-act="keep"], [data-act="close"]')?.click();
});

function jump(to) {
  to.scrollIntoView();
  to.querySelector('input').focus({ preventScroll: true });
}

document.addEventListener('focusin', (event) => {
  const button = element.contains(event.target) && event.target.closest('button[data-act]');
  held = button ? key(button) : '';
});

function target() {
  if (wanted === 'heading') return element.querySelector('.preview h2');
  if (wanted === 'count') return element.querySelector('.count');
  const found = [...element.querySelectorAll('button[data-act]')].find((b) => key(b) === (wanted || held));
  return found?.disabled ? element.querySelector('.count') : found;
}

watch(['value', 'seq'], () => {
  const free = document.activeElement === document.body || element.contains(document.activeElement);
  const found = free && (wanted || held) && target();
  if (!found) return;
  found.focus({ preventScroll: true });
  if (wanted) found.closest('.confirm, .opened, .pager')?.scrollIntoView({ block: 'nearest' });
  wanted = '';
});
