// Comfort over the server's charts: ranges without a page load, and a reading line that follows the
// pointer or the arrow keys. The server draws every chart; nothing is fetched before the reader
// reaches for it, no size changes, and every word comes from the page.
const figure = document.querySelector('[data-chart]');
const ranges = document.querySelector('[data-ranges]');
const read = document.querySelector('[data-read]');
const { reading, places, point, group, months } = figure.dataset;
// Signs and months come from the page too: browsers do not know how every language writes them.
const number = (value) => {
  const [whole, part] = value.toFixed(places).split('.');
  const long = whole.length > (group === ',' ? 3 : 4);
  return (long ? whole.replace(/\B(?=(\d{3})+$)/g, group) : whole) + (part ? point + part : '');
};
const date = (day) => {
  const at = new Date(day * DAY);
  return `${at.getUTCDate()} ${months.split(' ')[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
};
const DAY = 864e5;

let all;
// [day, value] of each value, oldest first, for the number of units of the last one.
const load = () => all ??= fetch(figure.dataset.chart).then((answer) => answer.json()).then(({ observations }) => {
  const units = observations.at(-1).nominal;
  return observations.map((o) => [Date.parse(o.as_of) / DAY, o.value * units / o.nominal]);
}).catch(() => { all = undefined; return []; });

// The chart in sight, with the values it shows and where the server put them.
const view = async (svg) => {
  const { from, days, right, floor, room, step } = svg.dataset;
  // A rate in force is read in the middle of its day, any other value at its point.
  const start = Date.parse(from) / DAY - (step === '' ? .5 : 0);
  const points = (await load()).filter(([day]) => day > start - .6);
  const [top, bottom] = [14, svg.viewBox.baseVal.height - 26];
  return {
    points,
    start,
    holds: step === '',
    scale: days / right,
    x: (day) => (day - start) / days * right,
    y: (value) => top + (bottom - top) * (1 - (value - floor) / room),
    top,
    bottom,
  };
};
const show = (svg, { points, x, y, top, bottom }, i) => {
  const [day, value] = points[i];
  let line = svg.querySelector('.cx');
  if (!line) {
    line = document.createElementNS(svg.namespaceURI, 'line');
    line.setAttribute('class', 'cx');
    svg.querySelector('.pt').before(line);
  }
  const put = (node, at) => { for (const key in at) node.setAttribute(key, at[key]); };
  put(line, { x1: x(day), x2: x(day), y1: top, y2: bottom });
  put(svg.querySelector('.pt'), { cx: x(day), cy: y(value) });
  const bold = document.createElement('b');
  bold.textContent = number(value);
  const [before, after] = reading.replace('{day}', date(day)).split('{value}');
  read.replaceChildren(before, bold, after);
  svg.at = i;
};
const rest = () => {
  for (const svg of figure.querySelectorAll('svg')) {
    svg.querySelector('.cx')?.remove();
    const [x, y] = svg.dataset.end.split(',');
    svg.querySelector('.pt').setAttribute('cx', x);
    svg.querySelector('.pt').setAttribute('cy', y);
    svg.at = undefined;
  }
  read.textContent = read.dataset.read;
};
const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 };

const wake = () => {
  for (const svg of figure.querySelectorAll('svg')) {
    svg.setAttribute('tabindex', '0');
    let over = false;
    svg.addEventListener('pointermove', async ({ clientX }) => {
      over = true;
      const chart = await view(svg);
      if (!over || !chart.points.length) return;
      const box = svg.getBoundingClientRect();
      const day = chart.start + (clientX - box.left) / box.width * svg.viewBox.baseVal.width * chart.scale;
      let i = chart.points.findIndex((point) => point[0] >= day);
      if (i < 0) i = chart.points.length - 1;
      // Before the next rate the last one holds; elsewhere the nearer value is meant.
      else if (i && (chart.holds ? chart.points[i][0] - day > .5 : day - chart.points[i - 1][0] < chart.points[i][0] - day)) i -= 1;
      show(svg, chart, i);
    });
    svg.addEventListener('pointerleave', () => { over = false; rest(); });
    svg.addEventListener('blur', rest);
    svg.addEventListener('keydown', async (event) => {
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const chart = await view(svg), last = chart.points.length - 1;
      if (last >= 0) show(svg, chart, Math.max(0, Math.min(last, (svg.at ?? last) + step)));
    });
  }
};
ranges.addEventListener('click', async (event) => {
  const link = event.target.closest('a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const drawn = page.querySelector('[data-chart]');
    figure.dataset.chart = drawn.dataset.chart;
    all = undefined;
    figure.replaceChildren(...drawn.children);
    read.dataset.read = read.textContent = page.querySelector('[data-read]').textContent;
  } catch {
    location = link.href;
    return;
  }
  ranges.querySelector('[aria-current]')?.removeAttribute('aria-current');
  link.setAttribute('aria-current', 'true');
  history.replaceState(null, '', link.href);
  wake();
});
read.dataset.read = read.textContent;
wake();
