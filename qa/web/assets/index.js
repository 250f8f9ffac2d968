// Looks again while the index is at work; stays unfolded when it was.
let open = false, timer = 0;
element.addEventListener('toggle', (event) => { open = event.target.open; }, true);
watch(['value', 'seq'], () => {
  const details = element.querySelector('details');
  if (details) details.open = open;
  clearTimeout(timer);
  if (element.querySelector('[data-busy]')) timer = setTimeout(() => trigger('look'), 1000);
});
