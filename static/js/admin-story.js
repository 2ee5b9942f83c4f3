// Comfort for the story's form; it is a plain form without this. Panels remember whether they were
// open, fields count their letters, Ctrl+S saves, and saving keeps the place on the page.
// What is typed is kept safe by admin-drafts.js.
const form = document.querySelector('.story-form form[id$="_form"]');
const drafts = JSON.parse(document.getElementById('story-drafts').textContent);
const { words } = drafts;

const recall = (store, name) => { try { return store.getItem(name); } catch { return null; } };
const remember = (store, name, value) => { try { store.setItem(name, value); } catch { /* a full or forbidden store costs comfort alone */ } };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Panels: an error inside opens one, whatever was remembered.
for (const panel of form.querySelectorAll('details[data-panel]')) {
  const name = `panel:${panel.dataset.panel}`;
  const was = recall(localStorage, name);
  if (was !== null && !('hasErrors' in panel.dataset)) panel.open = was === 'open';
  panel.querySelector('summary').addEventListener('click', () => {
    remember(localStorage, name, panel.open ? 'closed' : 'open'); // the click comes before the change
  });
}

// Letters used, of those that lists and search engines show.
const letters = (text) => [...text.trim()].length;
for (const meter of form.querySelectorAll('[data-meter]')) {
  const field = document.getElementById(meter.dataset.meter);
  if (!field) continue;
  meter.id = `${field.id}_meter`;
  field.setAttribute('aria-describedby', [field.getAttribute('aria-describedby'), meter.id].filter(Boolean).join(' '));
  const limit = Number(meter.dataset.limit);
  const show = () => {
    const n = letters(field.value);
    meter.classList.toggle('is-over', n > limit);
    meter.textContent = fill(n > limit ? words.over : words.count, { n, limit, more: n - limit });
  };
  field.addEventListener('input', show);
  show();
}

// Words of the body and the minutes they take, from the HTML the field holds.
const count = form.querySelector('[data-count]');
const body = count && document.getElementById(count.dataset.count);
if (body) {
  let seen = null;
  const show = () => {
    if (body.value === seen) return;
    seen = body.value;
    const text = new DOMParser().parseFromString(seen.replace(/<\/(p|li|h\d|td|th|blockquote)>|<br\s*\/?>/gi, ' $&'), 'text/html').body.textContent;
    const n = (text.match(/[\p{L}\p{N}]+(?:['’.,\-‑][\p{L}\p{N}]+)*/gu) ?? []).length;
    count.textContent = fill(words.words, { words: n, minutes: Math.max(1, Math.round(n / 200)) });
  };
  body.addEventListener('input', show);
  setInterval(show, 1500); // an editor over the field may write into it without an event
  show();
}

// A headline wraps and grows, and Enter goes on to the next field instead of breaking it.
for (const field of form.querySelectorAll('textarea[data-one-line]')) {
  const grow = () => { field.style.setProperty('height', 'auto'); field.style.setProperty('height', `${field.scrollHeight + 2}px`); };
  if (!CSS.supports('field-sizing', 'content')) { field.addEventListener('input', grow); grow(); }
  field.addEventListener('input', () => {
    if (!/[\r\n]/.test(field.value)) return;
    const at = field.selectionStart;
    field.value = field.value.replace(/[\r\n]+/g, ' ');
    field.setSelectionRange(at, at);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll('.story__text :is(textarea, input, [contenteditable="true"])')];
    fields[fields.indexOf(field) + 1]?.focus();
  });
}

// The height of the bar, for what else stays in sight: the tools of the text keep below it.
const bar = form.querySelector('.story-bar');
new ResizeObserver(() => document.documentElement.style.setProperty('--story-bar', `${bar.offsetHeight}px`)).observe(bar);

// Ctrl+S, wherever the focus is; in every keyboard layout.
const save = form.querySelector('.move--save');
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (event.code !== 'KeyS' && event.key.toLowerCase() !== 's') return;
  event.preventDefault();
  if (save) form.requestSubmit(save);
}, true);

// Saving comes back to the same place, with the cursor where it was: also in the editor of the text,
// which is no field and comes a moment after the page.
const PLACE = 'story-place';
const EDITOR = '.ProseMirror[contenteditable="true"]';
function lettersBefore(editor) {
  const { anchorNode, anchorOffset } = getSelection();
  if (!editor.contains(anchorNode)) return null;
  const range = document.createRange();
  range.selectNodeContents(editor);
  range.setEnd(anchorNode, anchorOffset);
  return range.toString().length;
}
function putCursor(editor, letters) {
  const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
  let left = letters;
  let node = walker.nextNode();
  while (node && left > node.length) {
    left -= node.length;
    node = walker.nextNode();
  }
  editor.focus({ preventScroll: true });
  if (node) getSelection().collapse(node, left);
}
form.addEventListener('submit', (event) => {
  if (event.submitter && event.submitter !== save) return;
  const field = document.activeElement;
  const place = { y: scrollY, at: Date.now(), path: location.pathname, id: field?.id ?? '' };
  const editor = field?.closest?.(EDITOR);
  if (editor) place.letters = lettersBefore(editor);
  try { place.caret = [field.selectionStart, field.selectionEnd]; } catch { /* a field without a cursor */ }
  remember(sessionStorage, PLACE, JSON.stringify(place));
});
const place = JSON.parse(recall(sessionStorage, PLACE) ?? 'null');
remember(sessionStorage, PLACE, 'null');
const isSame = place && (place.path === location.pathname || place.path.endsWith('/add/'));
const isRefused = Boolean(document.querySelector('.errornote'));
if (isSame && Date.now() - place.at < 120000 && !isRefused) {
  history.scrollRestoration = 'manual';
  const back = () => {
    scrollTo({ top: place.y, behavior: 'instant' });
    if (place.letters != null) return;
    const field = place.id && document.getElementById(place.id);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (place.caret?.[0] != null) { try { field.setSelectionRange(...place.caret); } catch { /* not a text field */ } }
  };
  back();
  addEventListener('load', () => requestAnimationFrame(back), { once: true });
  if (place.letters != null) {
    const wait = setInterval(() => {
      const editor = document.querySelector(`.story-form ${EDITOR}`);
      if (!editor) return;
      clearInterval(wait);
      putCursor(editor, place.letters);
      scrollTo({ top: place.y, behavior: 'instant' });
    }, 50);
    setTimeout(() => clearInterval(wait), 5000);
  }
} else if (isRefused) {
  const wrong = form.querySelector('[aria-invalid="true"], .errors :is(input, textarea, select)');
  if (wrong && wrong.checkVisibility()) wrong.focus();
} else if (!drafts.article && document.activeElement === document.body) document.getElementById('id_headline')?.focus();

save?.setAttribute('aria-keyshortcuts', 'Control+S');
save?.setAttribute('title', 'Ctrl+S');

// What opens from the bar closes as menus do, and one at a time.
for (const menu of form.querySelectorAll('.story-bar details')) {
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  document.addEventListener('click', (event) => { if (menu.open && !menu.contains(event.target)) menu.open = false; });
}
