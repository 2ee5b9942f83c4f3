// Comfort for every page; each works without it.
// "40 minutes ago" over an absolute time: the server's bytes stay the same for everybody.
const lang = document.documentElement.lang;
let ago = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
// Chromium ships no Kazakh words for this and would write "-2 h".
if (lang === 'kk') ago = { format: (n, unit) => `${-n} ${unit === 'hour' ? 'сағат' : 'минут'} бұрын` };
for (const time of document.querySelectorAll('time[data-ago]')) {
  const minutes = (Date.parse(time.dateTime) - Date.now()) / 60000;
  if (minutes > 0 || minutes < -60 * 23) continue;
  time.title = time.textContent;
  time.textContent = minutes > -60 ? ago.format(Math.round(minutes), 'minute') : ago.format(Math.round(minutes / 60), 'hour');
}
for (const button of document.querySelectorAll('[data-copy]')) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
// A price half out of sight that gets the focus by keyboard: browsers leave it where it is.
document.querySelector('.ticker')?.addEventListener('focusin', ({ target }) => {
  if (target.matches(':focus-visible')) target.scrollIntoView({ block: 'nearest', inline: 'start' });
});
// The phone menu closes on Escape and when focus leaves it.
const menu = document.querySelector('.menu');
menu?.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !menu.open) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
menu?.addEventListener('focusout', (event) => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
