// Comfort over the server's charts: ranges without a page load, and a reading line that follows the
// pointer or the arrow keys. Sizes never change, nothing is asked before the reader reaches for it,
// and every word comes from the page.
const figure = document.querySelector('[data-chart]');
const ranges = document.querySelector('[data-ranges]');
const read = document.querySelector('[data-read]');
const lang = document.documentElement.lang;
const locale = lang === 'en' ? 'en-GB' : lang;
const DAY = 864e5, END = 52, ABOVE = 14, BELOW = 26;
const { chart: address, name, unit, reading, found, places } = figure.dataset;
const write = (value, digits = +places) => new Intl.NumberFormat(locale, {
  minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: lang === 'en' || 'min2',
}).format(value);
const dated = (options) => {
  const form = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
  return (day) => form.format(day * DAY).replace(/\.$|\.(?= )/, '').replace(/ [гж]\.?$/, '');
};
const full = dated({ day: 'numeric', month: 'short', year: 'numeric' });
const week = dated({ day: 'numeric', month: 'short' });
const month = dated({ month: 'short' });
const fill = (text, words) => text.replace(/{(\w+)}/g, (_, word) => words[word]);
const el = (kind, attributes, text) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', kind);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (text != null) node.textContent = text;
  return node;
};
const ticks = (low, high, most) => {
  if (low === high) [low, high] = [low * .99, high * 1.01];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => high - low <= n * most * 1.000001);
  const out = [];
  for (let n = Math.floor(low / step + 1e-9); n <= Math.ceil(high / step - 1e-9); n += 1) out.push(n * step);
  let digits = 0;
  while (digits < 8 && Math.abs(step - +step.toFixed(digits)) > step / 1e6) digits += 1;
  return [out, digits];
};

let all;
// [day number, value] of each value, oldest first, for the number of units of the last one.
const load = () => all ??= fetch(address).then((answer) => answer.json()).then(({ observations }) => {
  const units = observations.at(-1).nominal;
  return observations.map((o) => [Date.parse(o.as_of) / DAY, o.value * units / o.nominal]);
});
const charts = [...figure.querySelectorAll('svg')].map((svg) => ({ svg, w: svg.viewBox.baseVal.width, h: svg.viewBox.baseVal.height }));
const current = () => ranges.querySelector('[aria-current]');
const label = () => {
  const text = current().querySelector('.vh').textContent.trim();
  read.textContent = text[0].toUpperCase() + text.slice(1);
};

const draw = (c, points) => {
  const { svg, w, h } = c, right = w - END, bottom = h - BELOW;
  const today = Math.floor(Date.now() / DAY), since = today - current().dataset.days;
  const p = points.filter(([day]) => day > since);
  if (!p.length) throw new Error('nothing to draw');
  const values = p.map(([, value]) => value), low = Math.min(...values), high = Math.max(...values);
  const [levels, digits] = ticks(low, high, w > 500 ? 5 : 4);
  const start = p[0][0] - since <= 7 ? p[0][0] : since, length = Math.max(1, p.at(-1)[0] - start);
  const x = (day) => right * (day - start) / length;
  const y = (value) => ABOVE + (bottom - ABOVE) * (1 - (value - levels[0]) / (levels.at(-1) - levels[0]));
  const at = ([day, value]) => `${x(day).toFixed(1)},${y(value).toFixed(1)}`;
  for (const node of [...svg.children]) if (!/title|desc/.test(node.tagName)) node.remove();
  svg.children[0].textContent = `${name}, ${current().querySelector('.vh').textContent.trim()}`;
  svg.children[1].textContent = `${fill(found, { low: write(low), high: write(high), last: write(values.at(-1)) })} ${unit}`;
  levels.forEach((level, i) => svg.append(
    el('line', { class: i ? 'gl' : 'ax', x1: 0, x2: right, y1: y(level), y2: y(level) }),
    el('text', { x: w, y: y(level) + 4.5, 'text-anchor': 'end' }, write(level, digits))));
  let taken = -99;
  for (let day = start + 1; day <= p.at(-1)[0]; day += 1) {
    const date = new Date(day * DAY), first = date.getUTCDate() === 1;
    const text = length <= 45 ? date.getUTCDay() === 1 && week(day)
      : length <= 400 ? first && month(day)
      : first && !date.getUTCMonth() && date.getUTCFullYear();
    if (!text || x(day) - taken <= 58 || x(day) <= 14 || x(day) >= right - 20) continue;
    taken = x(day);
    svg.append(el('line', { class: 'ax', x1: taken, x2: taken, y1: bottom, y2: bottom + 5 }),
      el('text', { x: taken, y: h - 6, 'text-anchor': 'middle' }, text));
  }
  // Where values are missing for long the line has a gap, as on the server.
  const gaps = p.slice(1).map(([day], i) => day - p[i][0]), sorted = [...gaps].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const longest = 7 + 3 * (sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  for (let from = 0, i = 1; i <= p.length; i += 1) {
    if (i < p.length && gaps[i - 1] <= longest) continue;
    const line = p.slice(from, i).map(at).join(' ');
    svg.append(el('polygon', { class: 'ar', points: `${x(p[from][0])},${bottom} ${line} ${x(p[i - 1][0])},${bottom}` }),
      el('polyline', { class: 'ln', points: line }));
    from = i;
  }
  c.cross = el('line', { class: 'cx', y1: ABOVE, y2: bottom, visibility: 'hidden' });
  c.dot = el('circle', { class: 'pt', r: 4.5 });
  svg.append(c.cross, c.dot);
  Object.assign(c, { p, x, y, start, length });
  place(c, p.length - 1);
};
const place = (c, i) => {
  const [day, value] = c.p[i];
  c.i = i;
  c.cross.setAttribute('x1', c.x(day)); c.cross.setAttribute('x2', c.x(day));
  c.dot.setAttribute('cx', c.x(day)); c.dot.setAttribute('cy', c.y(value));
  return [day, value];
};
const show = (c, i) => {
  const [day, value] = place(c, Math.max(0, Math.min(c.p.length - 1, i)));
  c.cross.setAttribute('visibility', 'visible');
  const bold = Object.assign(document.createElement('b'), { textContent: write(value) });
  const [before, after] = fill(reading, { day: full(day), value: '{}' }).split('{}');
  read.replaceChildren(before, bold, after);
};
const rest = (c) => {
  if (!c.p) return;
  place(c, c.p.length - 1);
  c.cross.setAttribute('visibility', 'hidden');
  label();
};
const ready = async (c) => { if (!c.p) draw(c, await load()); };

for (const c of charts) {
  c.svg.setAttribute('tabindex', '0');
  c.svg.addEventListener('pointermove', async ({ clientX }) => {
    try { await ready(c); } catch { return; }
    const box = c.svg.getBoundingClientRect();
    const day = c.start + (clientX - box.left) / box.width * c.w / (c.w - END) * c.length;
    let i = c.p.findIndex((point) => point[0] >= day);
    if (i < 0) i = c.p.length - 1;
    show(c, i && day - c.p[i - 1][0] < c.p[i][0] - day ? i - 1 : i);
  });
  c.svg.addEventListener('pointerleave', () => rest(c));
  c.svg.addEventListener('blur', () => rest(c));
  c.svg.addEventListener('keydown', async (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 }[event.key];
    if (!step) return;
    event.preventDefault();
    try { await ready(c); } catch { return; }
    show(c, c.i + step);
  });
}
ranges.addEventListener('click', async (event) => {
  const link = event.target.closest('a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const points = await load();
    current().removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    for (const c of charts) draw(c, points);
    label();
    history.replaceState(null, '', link.href);
  } catch { location = link.href; } // the server draws it
});
