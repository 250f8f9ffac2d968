// Buttons inside chat messages: citations, examples, copy, ask again. One listener on the frame serves them all.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !element.contains(button)) return;
  if (button.matches('.cite')) cite(event, button);
  else if (button.matches('.part')) askWithout(button.value);
  else if (button.matches('.example')) toBox('example', { question: button.value });
  else if (button.matches('.again')) toBox('again', { again: button.value });
  else if (button.matches('.copy')) copy(button);
});

// The last question again, with a part of what was understood left out, or taken back.
function askWithout(value) {
  const [turn, part] = value.split('/');
  toBox('again', { again: turn, part });
}

// The button goes away with what it starts: the focus goes where the next question is typed.
function toBox(name, data) {
  trigger(name, data);
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
}

function cite(event, button) {
  event.preventDefault();
  element.querySelectorAll('button.cite.open').forEach((b) => b.classList.remove('open'));
  button.classList.add('open');
  // A click made by the keyboard has no detail; the panel then takes the focus and Escape gives it back.
  const act = button.matches('.article') ? 'article' : '';
  window.groundwire = { button, token: button.value, act, keyboard: event.detail === 0 };
  open();
}

// One citation is opened at a time: answers to requests that are made together can change places on their way.
let opening = '';
let opened = 0;

function open() {
  if (opening && performance.now() - opened < 3000) return;
  opening = window.groundwire.token;
  opened = performance.now();
  trigger('cite', { token: opening, act: window.groundwire.act });
}

window.addEventListener('groundwire-panel', () => {
  const last = opening;
  opening = '';
  if (last && window.groundwire.token !== last) open();
});

async function copy(button) {
  const [conversation, turn] = button.value.split('/');
  const words = button.textContent;
  let said = 'Copied';
  try {
    const reply = await fetch(`./api/conversations/${conversation}/turns/${turn}`, { cache: 'no-store' });
    if (!reply.ok) throw new Error(reply.status);
    await put(await reply.text());
  } catch {
    said = 'It could not be copied';
  }
  button.textContent = said;
  setTimeout(() => { button.textContent = words; }, 1600);
}

// The clipboard is there on this machine and over https only; elsewhere a selection does it.
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement('textarea'), { value: text });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('refused');
}

// A question in the address is asked when the page comes up; once it is shown, a reload must not ask it again.
function cleanAddress() {
  const address = new URL(location.href);
  if (!address.searchParams.has('q') || !element.querySelector('.message')) return;
  for (const name of ['q', 'outlet', 'article', 'from', 'to']) address.searchParams.delete(name);
  history.replaceState(null, '', address);
}

// gradio names each message by its raw Markdown, buttons included; screen readers should hear the text itself.
new MutationObserver(() => {
  cleanAddress();
  for (const message of element.querySelectorAll('[data-testid="user"][aria-label], [data-testid="bot"][aria-label]')) {
    message.removeAttribute('aria-label');
  }
}).observe(element, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] });
