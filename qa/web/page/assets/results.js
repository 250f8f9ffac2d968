// What became of something, beside what was used for it, with the ways on. The library carries them out, and shows what
// there is now.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const detail = { act: button.dataset.act, id: button.value };
  window.dispatchEvent(new CustomEvent('groundwire-article', { detail }));
});
watch('value', () => {
  element.querySelector('.doing, .outcomes li')?.scrollIntoView({ block: 'nearest' });
  if (!element.querySelector('.doing')) window.dispatchEvent(new Event('groundwire-changed'));
});
