// Files are sent one by one, so that each has its own word on why it could not be, then added as one batch.
let turn = Promise.resolve();
const zone = element.querySelector('.drop'), input = element.querySelector('input');
const say = (words) => { element.querySelector('.sending').textContent = words; };

async function send(files) {
  const batch = [];
  for (const [i, file] of files.entries()) {
    say(`Sending ${i + 1} of ${files.length}: ${file.name}`);
    batch.push({ name: file.name, ...await place(file) });
  }
  say('');
  trigger('sent', { files: batch });
}

async function place(file) {
  const most = Number(input.dataset.max), large = `it holds ${file.size.toLocaleString('en')} bytes, and a file`
    + ` may hold ${most.toLocaleString('en')} at most. Split it first.`;
  if (file.size > most) return { problem: large };
  try {
    const headers = { 'content-type': 'application/octet-stream' };
    const reply = await fetch('./upload', { method: 'POST', headers, body: file });
    if (reply.ok) return { id: (await reply.json()).id };
    if (reply.status === 413) return { problem: large };
    const words = await reply.json().catch(() => ({}));
    return { problem: words.message || `the service answered with an error (${reply.status}).` };
  } catch {
    return { problem: 'it could not be sent. Is it a file that can be read, and is the service still running?' };
  }
}

function take(list) {
  const files = [...list];
  if (files.length) turn = turn.then(() => send(files));
}

input.addEventListener('change', () => { take(input.files); input.value = ''; });
for (const [name, over] of [['dragover', true], ['dragleave', false], ['drop', false]]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle('over', over);
    if (name === 'drop') take(event.dataTransfer.files);
  });
}
