// Filters that are set, dropped by a click.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-kind]');
  if (!button) return;
  trigger('drop', { kind: button.dataset.kind, value: button.value });
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
});

// Beside each field for a day a picker, which writes a day as people do. The field itself can be typed in.
const DAYS = '#filter-from input:not([type=date]), #filter-to input:not([type=date]), #article-published input:not([type=date]),'
  + ' #table input[data-day]';

function addPickers() {
  for (const field of document.querySelectorAll(DAYS)) {
    if (field.nextElementSibling?.matches('.pick')) continue;
    const pick = Object.assign(document.createElement('input'), { type: 'date', className: 'pick', tabIndex: -1 });
    pick.setAttribute('aria-label', 'Pick a day');
    pick.addEventListener('change', () => {
      if (!pick.value) return;
      const day = new Date(`${pick.value}T12:00`);
      field.value = day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    });
    field.after(pick);
  }
}
new MutationObserver(addPickers).observe(document.body, { subtree: true, childList: true });
addPickers();
