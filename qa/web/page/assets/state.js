// One line on what the service is doing, asked of the service itself, so that it also notices when it is gone.
const SOON = 700, LATER = 8000;
let known = '', next = 0;

function words(s) {
  const many = (n, what) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
  if (s.state === 'starting') return 'Starting…';
  if (s.state === 'reading') return 'Read only: another process holds the index';
  if (s.state === 'indexing') return s.detail ? `Indexing: ${s.detail}` : 'Getting ready…';
  if (s.state === 'ready') return s.articles ? many(s.articles, 'article') : 'The library is empty: add an article under Library';
  return s.detail || s.message || 'The service cannot answer now.';
}

function show(text, kind) {
  const line = element.querySelector('.state');
  if (!line) return;
  if (line.textContent !== text) line.textContent = text;
  line.className = `state ${kind}`;
}

async function look() {
  let state = 'gone';
  try {
    const reply = await fetch('./api/health', { cache: 'no-store' });
    const health = await reply.json();
    state = health.state || 'failed';
    show(words(health), state);
  } catch {
    show('The service does not answer. Is it still running?', 'failed');
  }
  const answers = state === 'ready' || state === 'reading';
  if (answers && known !== state) {
    trigger('ready');
    window.dispatchEvent(new Event('groundwire-ready'));
  }
  known = state;
  clearTimeout(next);
  next = setTimeout(look, state === 'ready' ? LATER : SOON);
}
look();
// The Ask tab, when it comes into view again, shows what can be asked now.
window.addEventListener('groundwire-ask', () => known && trigger('ready'));

// One voice: that the service is gone is said in the line above, not in gradio's own note over it.
const notes = document.getElementsByClassName('toast-body');
new MutationObserver(() => {
  for (const note of notes) {
    if (note.hidden || !/connection (to the server was lost|errored out)/i.test(note.textContent)) continue;
    note.hidden = true;
    look();
  }
}).observe(document.body, { subtree: true, childList: true });
