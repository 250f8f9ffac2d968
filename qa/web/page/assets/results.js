// What became of something, beside what was used for it, with the ways on. The library carries them out.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const detail = { act: button.dataset.act, id: button.value };
  window.dispatchEvent(new CustomEvent('groundwire-article', { detail }));
});
watch(['value', 'seq'], () => {
  element.querySelector('.doing, .outcomes li')?.scrollIntoView({ block: 'nearest' });
});
