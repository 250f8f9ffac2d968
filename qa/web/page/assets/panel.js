// Brings the active card into view, moves the focus for keyboards, and is a bottom sheet on narrow screens.
const column = () => element.closest('#sources');
const narrow = () => window.matchMedia('(max-width: 768px)').matches;
const asked = () => window.groundwire || {};

function opener() {
  const { button, token } = asked();
  if (button && button.isConnected) return button;
  return [...document.querySelectorAll('#chat button.cite')].find((b) => b.value === token);
}

function hide() {
  column().classList.remove('open');
  document.querySelector('#ask').classList.remove('sheet');
  if (window.groundwire) window.groundwire.open = false;
}

function close() {
  hide();
  const button = opener();
  if (button) button.focus({ preventScroll: true });
  if (window.groundwire) window.groundwire.keyboard = false;
}

// The tapped line stays above the sheet.
function uncover(button) {
  const scroller = button.closest('[role=log]');
  const room = column().getBoundingClientRect().top;
  const box = button.getBoundingClientRect();
  if (!scroller) return;
  const top = scroller.getBoundingClientRect().top;
  if (box.bottom > room - 16) scroller.scrollTop += box.bottom - room + 48;
  else if (box.top < top + 8) scroller.scrollTop += box.top - top - 48;
}

function settle() {
  const list = element.querySelector('.list');
  const active = element.querySelector('.active');
  if (!list) return;
  if (!active && list.scrollTop) list.scrollTop = 0;
  if (!active && !element.querySelector('[data-open]')) return;
  if (!asked().open) return;  // nobody opened it: what is drawn anew was closed before
  column().classList.add('open');
  const button = opener();
  if (narrow()) {
    document.querySelector('#ask').classList.add('sheet');
    if (button) requestAnimationFrame(() => uncover(button));
    if (button) setTimeout(() => button.isConnected && uncover(button), 450);  // the chat's own scrolling has ended then
  }
  const target = (active && (active.matches('mark') ? active : active.querySelector('mark'))) || active || list;
  if (active) {
    const top = list.getBoundingClientRect().top;
    const card = (active.matches('mark') ? target : active).getBoundingClientRect().top - top;
    const below = target.getBoundingClientRect().bottom - top;
    // The whole card from its head where the mark is then visible, else the mark in the middle.
    const whole = active.matches('.card') && below - card < list.clientHeight - 16;
    list.scrollTop += whole ? card - 8 : below - list.clientHeight / 2;
  }
  if (asked().keyboard) target.focus({ preventScroll: true });
}

// To the next cited sentence of an open article, or the one before; a sentence over several lines has several marks.
function turn(by, keyboard) {
  const marks = [...element.querySelectorAll('.whole mark')], steps = element.querySelector('.steps');
  if (!steps || !marks.length) return;
  const at = marks.findIndex((mark) => mark.matches('.active'));
  const to = (at + by + marks.length) % marks.length;
  marks.forEach((mark, i) => mark.classList.toggle('active', i === to));
  steps.querySelector('span').textContent = `${to + 1} of ${marks.length}`;
  if (!by) return;
  marks[to].scrollIntoView({ block: 'center' });
  if (keyboard) steps.querySelector(`[data-step="${by}"]`).focus({ preventScroll: true });
}

// Words that are selected in the open article, or else the cited sentence, with who told them.
function quoted(button) {
  const selection = getSelection(), whole = element.querySelector('.whole');
  const inside = [selection.anchorNode, selection.focusNode].some((end) => whole.contains(end));  // a last line ends behind it
  const chosen = inside ? `${selection}` : '';
  const words = (chosen || whole.querySelector('mark.active')?.textContent || '').trim().replace(/\s+/g, ' ');
  if (!words) throw new Error('nothing', { cause: 'Select words first' });
  return `“${words}” (${button.value})`;
}

element.addEventListener('mousedown', (event) => event.target.closest('.quote') && event.preventDefault());  // it stays selected
element.addEventListener('click', (event) => {
  if (event.target.closest('.close')) close();
  const step = event.target.closest('button[data-step]'), copying = event.target.closest('button.copy');
  if (step) turn(Number(step.dataset.step), event.detail === 0);
  if (copying) window.groundwireCopy(copying, copying.matches('.quote') ? quoted : (one) => one.value);
  const library = event.target.closest('button[data-library]');
  if (library) window.groundwireToLibrary(library.dataset.library, library.value);
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  window.groundwire = { ...asked(), keyboard: event.detail === 0, open: true };
  trigger('act', { act: button.dataset.act, token: button.value });
  if (button.dataset.act === 'only') document.querySelector('#question textarea').focus({ preventScroll: true });
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (element.contains(document.activeElement) || (narrow() && column().classList.contains('open'))) close();
});
window.addEventListener('groundwire-asked', hide);  // the new answer stands where the sheet was
// What could not be read while the service was starting is read once it is ready.
window.addEventListener('groundwire-ready', () => {
  const waiting = element.querySelector('[data-waiting]');
  if (waiting) trigger('act', { act: 'heal', token: waiting.dataset.waiting });
});
watch('value', () => {
  settle();
  turn(0, false);
  window.dispatchEvent(new Event('groundwire-panel'));
});
