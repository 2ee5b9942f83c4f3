// Names for what Django's own widgets leave nameless: completing fields (Select2) and the two halves
// of a date and time. Everything works without; a screen reader then hears less.
const labelOf = (field) => (field.labels?.[0] ?? document.querySelector(`label[for="${CSS.escape(field.id)}"]`))?.textContent.replace(/:\s*$/, '').trim();
const set = (node, name, value) => { if (node && node.getAttribute(name) !== value) node.setAttribute(name, value); };

function nameSelect2(box) {
  const select = box.previousElementSibling?.matches('select') ? box.previousElementSibling : null;
  const label = select && labelOf(select);
  if (!label) return;
  const chosen = [...select.selectedOptions].map((option) => option.text.trim()).filter(Boolean).join(', ');
  const field = box.querySelector('.select2-selection');
  field.removeAttribute('aria-labelledby');
  set(field, 'aria-label', chosen ? `${label}: ${chosen}` : label);
  const shown = box.querySelector('.select2-selection__rendered');
  shown.removeAttribute('aria-readonly');
  if (shown.localName === 'ul') {
    set(shown, 'role', 'none');
    for (const item of shown.children) set(item, 'role', 'none');
    set(shown.querySelector('.select2-search__field'), 'aria-label', label);
  } else shown.removeAttribute('role');
}
const nameAll = () => document.querySelectorAll('.select2-container').forEach((box) => box.querySelector('.select2-selection') && nameSelect2(box));

function nameMoments() {
  for (const field of document.querySelectorAll('.datetime :is(.vDateField, .vTimeField):not([aria-label])')) {
    let before = field.previousSibling;
    while (before && !before.textContent.trim()) before = before.previousSibling;
    const row = field.closest('.panel__field, .fieldBox, .form-row, td');
    const name = [row?.querySelector('label, legend'), before].map((node) => node?.textContent.replace(/:\s*$/, '').trim()).filter(Boolean).join(', ');
    if (name && !field.labels.length) field.setAttribute('aria-label', name);
  }
}

addEventListener('load', () => {
  nameMoments();
  nameAll();
  let waits = false;
  new MutationObserver((changes) => {
    if (waits || !changes.some(({ target }) => target.closest?.('.select2-container') || target.querySelector?.(':scope > .select2-container'))) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; nameAll(); });
  }).observe(document.getElementById('content') ?? document.body, { childList: true, subtree: true });
});
