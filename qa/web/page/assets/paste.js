// Of a text that no article may hold only so much is sent that the service can say so.
(text, ...rest) => {
  const bytes = new TextEncoder().encode(text || ''), most = Number(document.querySelector('#files input').dataset.text);
  return [bytes.length > most ? new TextDecoder().decode(bytes.slice(0, most + 4)) : text, ...rest];
}
