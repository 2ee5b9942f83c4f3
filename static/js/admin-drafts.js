// What is typed into the story's form is never lost. Every change goes into this browser's store at
// once and to a row of its own on the server after a pause; neither touches the story. A form that
// has long been open fetches today's token before it is sent, so that a login in another tab is
// enough. What was never saved is offered back by admin-offers.js, which finds its tools in
// `form.drafts`.
const form = document.querySelector('.story-form form[id$="_form"]');
const drafts = JSON.parse(document.getElementById('story-drafts').textContent);
const { words, urls, user, article } = drafts;
const PAUSE = 2000; // between looks at the form
const AT_LATEST = 6000; // between copies while somebody types on
const BEAT = 20000;
const PATIENCE = 15000;
const UNLOADING = 60000; // bytes a browser sends after its page is gone

const keyField = form.elements.form_key;
const part = (name) => form.querySelector(`[data-${name}]`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const clock = new Intl.DateTimeFormat('ru', { timeZone: drafts.zone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

// What a form holds ---------------------------------------------------------------------------

const MACHINE = new Set(['csrfmiddlewaretoken', 'form_key']);
const read = () => [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && !MACHINE.has(name) && !name.startsWith('_'));
const number = () => { const n = Number(form.elements.version?.value); return Number.isInteger(n) && n > 0 ? n : null; };

// The copy in this browser --------------------------------------------------------------------

const PREFIX = `story-text/${user}/`;
const place = () => `${PREFIX}${article ?? 'new'}/`;
const local = {
  keep(copy) {
    try { localStorage.setItem(place() + copy.key, JSON.stringify(copy)); return true; } catch { return false; }
  },
  drop(key) {
    try { for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && name.endsWith(key)) localStorage.removeItem(name); } catch { /* no store, no copy */ }
  },
  // As the server does: after thirty days nobody comes back for it.
  forget() {
    try {
      for (const name of Object.keys(localStorage).filter((one) => one.startsWith('story-text/'))) {
        const age = Date.now() - Date.parse(JSON.parse(localStorage.getItem(name)).at);
        if (!(age < 30 * 24 * 3600 * 1000)) localStorage.removeItem(name);
      }
    } catch { /* no store, no copy */ }
  },
  all() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(place())).flatMap((name) => {
        try { return [JSON.parse(localStorage.getItem(name))]; } catch { return []; }
      });
    } catch { return []; }
  },
};

// What is said: the hour in sight changes each time, the spoken line only when the state does ----

let state = '';
function say(kind, text, spoken = text) {
  const line = part('copy');
  line.textContent = text;
  line.classList.toggle('is-bad', !['kept', 'back', 'saving', ''].includes(kind));
  if (kind !== state && spoken) part('said').textContent = spoken;
  state = kind;
}
function banner(text, asksLogin = false) {
  const box = document.querySelector('[data-banner]');
  if (box.querySelector('p').textContent === text) return;
  box.hidden = !text;
  box.querySelector('p').textContent = text;
  box.querySelector('[data-banner-login]').hidden = !asksLogin;
  if (text) part('said').textContent = text;
}

// The server ----------------------------------------------------------------------------------

const token = () => form.elements.csrfmiddlewaretoken.value;
async function post(url, data, { keepalive = false } = {}) {
  const answer = await fetch(url, {
    method: 'POST', keepalive, body: JSON.stringify(data), redirect: 'error', credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token() },
    signal: keepalive ? undefined : AbortSignal.timeout(PATIENCE),
  });
  const isJson = answer.headers.get('Content-Type')?.startsWith('application/json');
  return { status: answer.status, isJson, data: isJson ? await answer.json() : {} };
}

let isOut = false;
let owner = user;
function loggedOut(text = words.inBrowser) {
  isOut = true;
  say('out', text);
  banner(words.out, true);
}
// "ok", "out", "other" (somebody else is logged in), "down".
async function renew() {
  let answer;
  try {
    answer = await fetch(urls.session, { credentials: 'same-origin', redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  } catch { return 'down'; }
  if (answer.status === 401) { loggedOut(); return 'out'; }
  if (!answer.ok) return 'down';
  const session = await answer.json();
  for (const field of document.querySelectorAll('input[name=csrfmiddlewaretoken]')) field.value = session.token;
  if (isOut) { isOut = false; banner(''); say('back', words.loggedIn); }
  if (session.user === owner) return 'ok';
  owner = session.user;
  banner(fill(words.otherUser, session));
  return 'other';
}

// Copies --------------------------------------------------------------------------------------

let here = JSON.stringify(read());
let there = here;
let before = here;
let isTouched = drafts.isReturned;
let turn = Date.now();
let sentAt = 0;
let isSending = false;
let isLeaving = false;
let notBefore = 0;
let delay = PAUSE;

const copyOf = (fields) => ({ key: keyField.value, article, version: number(), turn: turn = Math.max(turn + 1, Date.now()), fields });
function keepHere() {
  const fields = read();
  const now = JSON.stringify(fields);
  if (now === here) return;
  here = now;
  if (!local.keep({ ...copyOf(fields), at: new Date().toISOString() }) && state === 'down') say('nowhere', words.nowhere);
}
async function keepThere(now) {
  isSending = true;
  sentAt = Date.now();
  try {
    let answer = await post(urls.autosave, copyOf(JSON.parse(now)));
    if (answer.status === 403 && !answer.isJson && await renew() === 'ok') answer = await post(urls.autosave, copyOf(JSON.parse(now)));
    if (answer.status === 200) {
      there = now;
      delay = PAUSE;
      say('kept', fill(words.kept, { time: clock.format(new Date(answer.data.at)) }), words.keptFirst);
    } else if (answer.status === 401) {
      loggedOut();
      notBefore = Date.now() + BEAT;
    } else if (answer.status === 409) {
      if (answer.data.done) { local.drop(keyField.value); keyField.value = newKey(); hold(); here = ''; } else turn = answer.data.turn;
    } else if (answer.status === 413) {
      there = now;
      say('long', words.tooLong);
    } else if (answer.status < 500) {
      there = now;
      say('refused', words.refused);
    } else throw new Error('the server fails');
  } catch {
    notBefore = Date.now() + delay;
    delay = Math.min(2 * delay, 60000);
    say('down', words.here);
  } finally { isSending = false; }
}
function look() {
  if (isLeaving || !isTouched) return;
  keepHere();
  const now = here || JSON.stringify(read());
  const isDue = now === before || Date.now() - sentAt > AT_LATEST;
  if (now !== there && isDue && !isSending && Date.now() >= notBefore) keepThere(now);
  before = now;
}

// Tabs of this browser name the forms they hold, so that none offers another's text as lost.
const hold = () => navigator.locks?.request(`story-form/${keyField.value}`, () => new Promise(() => {})).catch(() => {});

// Presence ------------------------------------------------------------------------------------

let isNewer = false;
async function beat() {
  if (!urls.presence || isLeaving) return;
  try {
    const { status, data } = await post(urls.presence, { key: keyField.value, looking: !drafts.writes });
    if (status === 401) { loggedOut(); return; }
    if (status === 403) { await renew(); return; }
    if (status !== 200) { if (data.error) banner(data.error); return; }
    if (isOut) await renew();
    const mark = part('presence');
    if (mark.textContent !== data.others) {
      mark.textContent = data.others;
      mark.hidden = !data.others;
      if (data.others) part('said').textContent = data.others;
    }
    if (!isNewer && number() && data.version > number()) { isNewer = true; banner(words.newer); }
  } catch { /* the copies tell of a lost network; presence is no reason to speak twice */ }
}

// Sending -------------------------------------------------------------------------------------

let isCleared = false;
let isAsking = false;
form.addEventListener('submit', async (event) => {
  if (isCleared) { isLeaving = true; return; }
  event.preventDefault();
  if (isAsking) return;
  isAsking = true;
  keepHere();
  say('saving', words.saving);
  const session = await renew();
  isAsking = false;
  if (session === 'ok') {
    isCleared = true;
    form.requestSubmit(event.submitter);
    setTimeout(() => { isCleared = false; isLeaving = false; }, 10000); // the page is still here
  } else if (session === 'out') loggedOut(words.loggedOut);
  else if (session === 'down') say('down', words.notSent);
  else say('other', '');
});

// The walk of a page --------------------------------------------------------------------------

local.forget();
form.drafts = { drafts, read, local, post, renew, keepHere, say, leave: () => { isLeaving = true; } };
if (drafts.writes) {
  hold();
  if (drafts.isReturned) here = there = before = ''; // what the form shows is nowhere saved
  if (drafts.restored) say('restored', words.restoredNow);
  // An editor may tidy its field when it starts: only what comes after a person's first step counts.
  const FIRST = ['beforeinput', 'input', 'keydown', 'pointerdown', 'paste', 'drop'];
  const first = (event) => {
    if (!event.isTrusted) return;
    for (const kind of FIRST) document.removeEventListener(kind, first, true);
    isTouched = true;
    if (!drafts.isReturned && event.type !== 'input') here = there = before = JSON.stringify(read());
  };
  for (const kind of FIRST) document.addEventListener(kind, first, true);
  let pending;
  form.addEventListener('input', () => { clearTimeout(pending); pending = setTimeout(keepHere, 300); });
  setInterval(look, PAUSE);
  addEventListener('online', () => { notBefore = 0; delay = PAUSE; });
}
beat();
setInterval(beat, BEAT);
addEventListener('pagehide', () => {
  if (drafts.writes && isTouched && !isLeaving) {
    keepHere();
    const now = here || JSON.stringify(read());
    if (now !== there && now.length < UNLOADING) post(urls.autosave, copyOf(JSON.parse(now)), { keepalive: true }).catch(() => {});
  }
  // Who saves comes back at once: no goodbye.
  if (urls.presence && !isLeaving) post(urls.presence, { key: keyField.value, leaving: true }, { keepalive: true }).catch(() => {});
});
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  isLeaving = isCleared = false;
  beat();
});
