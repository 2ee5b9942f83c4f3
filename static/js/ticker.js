// Re-reads the prices once a minute while somebody looks. Without it the next page brings them.
const strip = document.querySelector('[data-ticker]');
const part = (root, name) => root.querySelector('.ticker__' + name);
const MINUTE = 60000;
let last = Date.now();
let failures = 0;
let timer;
// Up to a tenth later, so that not all readers ask at once; twice as late after each failure.
const plan = () => {
  clearTimeout(timer);
  const due = last + MINUTE * 2 ** failures * (1 + Math.random() / 10);
  if (!document.hidden) timer = setTimeout(read, Math.max(0, due - Date.now()));
};
const read = async () => {
  last = Date.now();
  try {
    const answer = await fetch(strip.dataset.ticker, { credentials: 'omit', signal: AbortSignal.timeout(10000) });
    if (!answer.ok) throw answer;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    failures = 0;
    // An empty answer keeps what is there; so does a strip that has the focus.
    if (part(page, 'list') && !strip.matches(':focus-within')) {
      for (const name of ['head', 'list']) {
        const [now, then] = [part(strip, name), part(page, name)];
        if (now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
      }
    }
  } catch {
    failures = Math.min(failures + 1, 5);
  }
  plan();
};
if (strip) {
  document.addEventListener('visibilitychange', plan);
  plan();
}
