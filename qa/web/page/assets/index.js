// Looks again while the index is at work; stays unfolded, and keeps the focus, when it was.
let open = false, held = false, timer = 0;
element.addEventListener('toggle', (event) => { open = event.target.open; }, true);
document.addEventListener('focusin', (event) => { held = element.contains(event.target); });
watch(['value', 'seq'], () => {
  const details = element.querySelector('details');
  if (details) details.open = open;
  if (held && document.activeElement === document.body) element.querySelector('summary')?.focus({ preventScroll: true });
  clearTimeout(timer);
  if (element.querySelector('[data-busy]')) timer = setTimeout(() => trigger('look'), 1000);
});
