// Text typed into this form earlier and never saved, on the server or in this browser, is offered
// back with its hour: to see what differs, to have it in the form again, or to throw it away.
// Nothing happens to the form without a click.
const form = document.querySelector('.story-form form[id$="_form"]');
const { drafts, read, local, post, renew, keepHere, say, leave } = form.drafts;
const { words, urls } = drafts;
const part = (name) => form.querySelector(`[data-${name}]`);

const written = (options) => new Intl.DateTimeFormat('ru', { timeZone: drafts.zone, ...options });
const hour = written({ hour: '2-digit', minute: '2-digit' });
const day = written({ day: '2-digit', month: '2-digit' });
const timeOf = (at) => (day.format(at) === day.format(new Date()) ? hour.format(at) : `${day.format(at)}, ${hour.format(at)}`);

// What differs --------------------------------------------------------------------------------

const grouped = (fields) => {
  const found = new Map();
  for (const [name, value] of fields) found.set(name, [...(found.get(name) ?? []), value.replace(/\r\n/g, '\n')]);
  return found;
};
const SEEN = /^(version|stage)$|^initial-|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/; // what the page was
function differing(fields) {
  const now = grouped(read());
  const then = grouped(fields);
  // A box not ticked and a list with nothing chosen are not sent at all.
  const mayBeAbsent = (name) => form.elements[name]?.type === 'checkbox' || form.elements[name]?.multiple;
  const changed = [...now.keys()].filter((name) => (then.has(name) ? JSON.stringify(now.get(name)) !== JSON.stringify(then.get(name)) : mayBeAbsent(name)));
  const gone = [...then.keys()].filter((name) => !now.has(name) && then.get(name).join(''));
  return [...changed, ...gone].filter((name) => !SEEN.test(name));
}

const tokens = (text) => text.match(/\s+|[^\s]+/g) ?? [];
// [kind, text]: "=" both, "-" only in `was`, "+" only in `is`. Past a million steps, all at once.
function compare(was, is) {
  const a = tokens(was);
  const b = tokens(is);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const x = a.slice(start, a.length - end);
  const y = b.slice(start, b.length - end);
  const middle = [];
  if (x.length * y.length > 1e6) middle.push(['-', x.join('')], ['+', y.join('')]);
  else {
    const common = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
    for (let i = x.length - 1; i >= 0; i -= 1) {
      for (let j = y.length - 1; j >= 0; j -= 1) {
        common[i][j] = x[i] === y[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    for (let i = 0, j = 0; i < x.length || j < y.length;) {
      if (i < x.length && j < y.length && x[i] === y[j]) {
        middle.push(['=', x[i]]);
        i += 1;
        j += 1;
      } else if (j >= y.length || (i < x.length && common[i + 1][j] >= common[i][j + 1])) {
        middle.push(['-', x[i]]);
        i += 1;
      } else {
        middle.push(['+', y[j]]);
        j += 1;
      }
    }
  }
  const whole = [['=', a.slice(0, start).join('')], ...middle, ['=', a.slice(a.length - end).join('')]];
  return whole.reduce((runs, [kind, text]) => {
    if (runs.at(-1)?.[0] === kind) runs.at(-1)[1] += text;
    else if (text) runs.push([kind, text]);
    return runs;
  }, []);
}
const element = (name, text = '', className = '') => Object.assign(document.createElement(name), { textContent: text, className });
const plain = (name, values) => {
  const field = form.elements[name];
  const text = values.map((value) => (field?.options ? [...field.options].find((option) => option.value === value)?.text ?? value : value)).join(', ');
  if (!/<\/?[a-z][^>]*>/i.test(text)) return text;
  const html = text.replace(/<\/(p|li|h\d|tr|blockquote|figcaption)>|<br\s*\/?>/gi, '$&\n');
  return new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
};
const labelOf = (name) => (form.elements[name]?.labels?.[0]?.textContent.replace(/:\s*$/, '') || name).trim();
function difference(copy) {
  const now = grouped(read());
  const then = grouped(copy.fields);
  const box = document.createDocumentFragment();
  for (const name of differing(copy.fields)) {
    box.append(element('h2', labelOf(name)));
    const line = element('p', '', 'story-offer__words');
    for (const [kind, text] of compare(plain(name, now.get(name) ?? []), plain(name, then.get(name) ?? []))) {
      if (kind === '=') { line.append(text); continue; }
      const mark = element(kind === '+' ? 'ins' : 'del');
      mark.append(element('span', ` ${kind === '+' ? words.added : words.removed}: `, 'visually-hidden'), text);
      line.append(mark);
    }
    if (!line.textContent) line.textContent = words.empty;
    box.append(line);
  }
  if (!box.childNodes.length) box.append(element('p', words.noDifference));
  return box;
}
async function restore(copy) {
  if (await renew() !== 'ok') { say('down', words.notSent); return; }
  keepHere();
  leave();
  const carrier = document.createElement('form');
  carrier.method = 'post';
  carrier.hidden = true;
  for (const [name, value] of [...copy.fields, ['_restore', '1'], ['form_key', copy.key], ['csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value]]) {
    const field = document.createElement('textarea'); // keeps the lines of a text
    field.name = name;
    field.value = value;
    carrier.append(field);
  }
  document.body.append(carrier);
  carrier.submit();
}
function offer(copy, isOpen) {
  const box = document.getElementById('story-offer').content.cloneNode(true).firstElementChild;
  const find = (name) => box.querySelector(`[data-offer-${name}]`);
  find('title').textContent = words.typed.replace('{time}', timeOf(new Date(copy.at)));
  find('restore').hidden = isOpen || !drafts.writes;
  find('discard').hidden = isOpen;
  if (isOpen) find('note').textContent = words.inOtherTab;
  find('show').addEventListener('click', () => {
    const text = find('text');
    text.hidden = !text.hidden;
    find('show').setAttribute('aria-expanded', String(!text.hidden));
    if (!text.hidden) text.replaceChildren(difference(copy));
  });
  find('restore').addEventListener('click', () => restore(copy));
  find('discard').addEventListener('click', async () => {
    try { if ((await post(urls.discard, { key: copy.key })).status !== 200) throw new Error('kept'); } catch { say('down', words.notSent); return; }
    local.drop(copy.key);
    box.remove();
    part('offers').hidden = !part('offers').children.length;
    form.querySelector('.story__text :is(textarea, input)')?.focus();
  });
  part('offers').append(box);
  part('offers').hidden = false;
}
async function offerBack() {
  const done = new Set(drafts.done);
  for (const key of done) local.drop(key);
  const copies = new Map(drafts.offers.map((copy) => [copy.key, copy]));
  for (const copy of local.all()) {
    if (!copy?.key || !Array.isArray(copy.fields)) continue;
    if (!copies.has(copy.key) || copies.get(copy.key).turn < copy.turn) copies.set(copy.key, copy);
  }
  copies.delete(form.elements.form_key.value);
  const held = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
  for (const copy of [...copies.values()].sort((a, b) => (a.at < b.at ? 1 : -1))) {
    const isOpen = held.has(`story-form/${copy.key}`);
    if (differing(copy.fields).length) offer(copy, isOpen);
    else if (!isOpen) { local.drop(copy.key); post(urls.discard, { key: copy.key }).catch(() => {}); }
  }
  if (copies.size && !part('offers').hidden) part('said').textContent = part('offers').querySelector('[data-offer-title]').textContent;
}

offerBack();
