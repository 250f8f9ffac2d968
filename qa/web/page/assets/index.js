// Looks again when there is news, and while the index is at work.
let timer = 0;
const look = () => element.offsetParent && trigger('look');
for (const news of ['groundwire-library', 'groundwire-ready', 'groundwire-changed']) window.addEventListener(news, look);
watch('value', () => {
  draw();
  clearTimeout(timer);
  if (element.querySelector('[data-busy]')) timer = setTimeout(() => trigger('look'), 1000);
});
trigger('look');
