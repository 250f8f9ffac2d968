// The line above the chat. Menus close on a choice, on Escape and on a click elsewhere; deleting asks once more.
const menus = () => element.querySelectorAll('details.menu[open]');
const shut = (but) => menus().forEach((m) => m !== but && m.removeAttribute('open'));

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  if (button.dataset.act === 'forget' && !button.dataset.sure) {
    button.dataset.sure = 'yes';
    button.textContent = 'Delete for good?';
    button.addEventListener('blur', () => { delete button.dataset.sure; button.textContent = 'Delete'; }, { once: true });
    return;
  }
  shut();
  trigger('act', { act: button.dataset.act, id: button.value });
  if (matchMedia('(hover: hover)').matches) document.querySelector('#question textarea').focus({ preventScroll: true });
});
document.addEventListener('click', (event) => shut(event.target.closest('details.menu')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (document.activeElement.matches('#bar [data-sure]')) document.activeElement.blur();
  if (!menus().length) return;
  menus()[0].querySelector('summary').focus();
  shut();
});
