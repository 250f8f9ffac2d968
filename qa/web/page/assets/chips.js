// Filters that are set, dropped by a click.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-kind]');
  if (!button) return;
  trigger('drop', { kind: button.dataset.kind, value: button.value });
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
});

// Fields that change together are looked at together, and once more if they change meanwhile.
const TOGETHER = 40, PATIENCE = 5000;  // milliseconds
let timer = 0, sent = 0, again = false;
function look() {
  clearTimeout(timer);
  const rest = sent && sent + PATIENCE - performance.now();
  timer = setTimeout(() => { sent = performance.now(); trigger('look'); }, Math.max(TOGETHER, rest));
  again = rest > 0;
}
window.addEventListener('groundwire-filters', look);
watch('value', () => {
  sent = 0;
  if (again) look();
});

// Beside each field for a day a picker, which writes a day as people do. The field itself can be typed in.
function addPickers() {
  for (const id of ['filter-from', 'filter-to', 'article-published']) {
    const field = document.getElementById(id)?.querySelector('input');
    if (!field || field.nextElementSibling?.matches('.pick')) continue;
    const pick = Object.assign(document.createElement('input'), { type: 'date', className: 'pick', tabIndex: -1 });
    pick.setAttribute('aria-label', 'Pick a day');
    field.after(pick);
  }
}
new MutationObserver(addPickers).observe(document.body, { subtree: true, childList: true });
addPickers();

document.addEventListener('change', ({ target: pick }) => {
  if (!pick.matches('input.pick') || !pick.value) return;
  const field = pick.previousElementSibling, day = new Date(`${pick.value}T12:00`);
  field.value = day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}, true);
