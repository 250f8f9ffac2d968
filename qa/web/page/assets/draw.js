// Draws the markup of this part, in place of gradio, which goes by positions alone: what is there before and after keeps
// its element, and with it the focus and all that is open, typed or scrolled in it. A data-key says what an element is.
const LEFT = ['open', 'hidden', 'data-sure'];  // what people and scripts set

function draw() {
  const fresh = document.createElement('template');
  fresh.innerHTML = props.value;
  fit(element, fresh.content);
}

function fit(old, fresh) {
  const keys = new Set([...fresh.children].map((part) => part.dataset.key)), known = new Map();
  for (const part of [...old.children].filter((part) => part.dataset.key)) {
    if (keys.has(part.dataset.key)) known.set(part.dataset.key, part);
    else part.remove();
  }
  let at = old.firstChild;
  for (const part of [...fresh.childNodes]) {
    const key = part.dataset?.key;
    const same = key ? known.get(key) : at && !at.dataset?.key && at.nodeName === part.nodeName && at;
    if (!same || same !== at) old.insertBefore(same || part, at);
    else at = at.nextSibling;
    if (same) alter(same, part);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function alter(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !LEFT.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !LEFT.includes(name)) old.setAttribute(name, value);
  }
  if (old.matches('option')) old.selected = fresh.selected;
  fit(old, fresh);
}
