// The reader's own choice of light or dark, kept in this browser alone. A classic script in the
// head: it runs before the first paint, so nothing flashes. Without it the page follows the system.
(function () {
  var root = document.documentElement;
  root.classList.add('js');
  var saved;
  try { saved = localStorage.getItem("theme"); } catch (e) { /* storage may be forbidden */ }
  if (saved === 'light' || saved === 'dark') root.dataset.theme = saved;
  document.addEventListener('click', function (event) {
    if (!event.target.closest('[data-theme-toggle]')) return;
    var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    try { localStorage.setItem('theme', root.dataset.theme); } catch (e) { /* the choice lasts for this page */ }
  });
})();
