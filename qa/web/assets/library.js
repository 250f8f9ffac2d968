// Buttons in the table: ask whether to remove, remove, keep. The focus follows the question and comes back.
let last = '';
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  last = button.value;
  trigger('act', { act: button.dataset.act, id: button.value });
});
watch(['value', 'seq'], () => {
  if (!last) return;
  const keep = element.querySelector('.confirm [data-act="keep"]');
  const back = [...element.querySelectorAll('[data-act="ask"]')].find((b) => b.value === last);
  (keep || back || element).focus({ preventScroll: true });
  if (!keep) last = '';
});
