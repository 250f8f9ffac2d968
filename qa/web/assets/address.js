() => {
  // A question in the address was asked when the page came up; a reload should show it, not ask it again.
  const address = new URL(location.href);
  if (!address.searchParams.has('q')) return;
  for (const name of ['q', 'outlet', 'article', 'from', 'to']) address.searchParams.delete(name);
  history.replaceState(null, '', address);
}
