// Citations are buttons inside chat messages; one listener on the frame serves them all, old turns included.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button.cite');
  if (!button || !element.contains(button)) return;
  event.preventDefault();
  element.querySelectorAll('button.cite.open').forEach((b) => b.classList.remove('open'));
  button.classList.add('open');
  // A click made by the keyboard has no detail; the panel then takes the focus and Escape gives it back.
  window.groundwire = { button, token: button.value, keyboard: event.detail === 0 };
  trigger('cite', { token: button.value });
});

// gradio names each message by its raw Markdown, buttons included; screen readers should hear the text itself.
new MutationObserver(() => {
  for (const message of element.querySelectorAll('[data-testid="user"][aria-label], [data-testid="bot"][aria-label]')) {
    message.removeAttribute('aria-label');
  }
}).observe(element, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] });
