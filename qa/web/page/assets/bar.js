// The line above the chat. Menus close on a choice, on Escape and on a click elsewhere; deleting asks once more.
const menus = () => element.querySelectorAll('details.menu[open]');
const shut = (but) => menus().forEach((m) => m !== but && m.removeAttribute('open'));

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  if (button.dataset.act === 'forget' && !button.dataset.sure) {
    button.dataset.sure = 'yes';
    button.addEventListener('blur', () => { delete button.dataset.sure; }, { once: true });
    return;
  }
  if (button.dataset.act === 'link') {
    const link = new URL(`?conversation=${encodeURIComponent(button.value)}`, document.baseURI);
    return window.groundwireCopy(button, () => link.href);
  }
  shut();
  trigger('act', { act: button.dataset.act, id: button.value });
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  shut();
  trigger('rename', { id: event.target.dataset.id, title: event.target.elements.title.value });
});

// Earlier conversations are found by any of their questions.
function find(box) {
  const words = box.value.toLowerCase().split(/\s+/), menu = box.closest('.drop');
  for (const item of menu.querySelectorAll('li')) {
    item.hidden = !words.every((word) => item.dataset.text.toLowerCase().includes(word));
  }
  menu.querySelector('.none').hidden = !!menu.querySelector('li:not([hidden])');
}
element.addEventListener('input', (event) => event.target.matches('.find') && find(event.target));
element.addEventListener('toggle', (event) => event.target.open && event.target.querySelector('input')?.focus(), true);

document.addEventListener('click', (event) => shut(event.target.closest('details.menu')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (document.activeElement.matches('#bar [data-sure]')) document.activeElement.blur();
  if (!menus().length) return;
  menus()[0].querySelector('summary').focus();
  shut();
});

watch('value', () => {
  draw();
  element.querySelectorAll('.find').forEach(find);
});
draw();
