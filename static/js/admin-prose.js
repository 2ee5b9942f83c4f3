// The editor of a story's text, on the textarea of the form. Without this file the textarea stays.
// The textarea holds the HTML at any moment and tells of changes by `input`; who writes into it
// dispatches `change`, and the editor shows what it says.
import { Editor, pm } from "../django_prose_editor/editor.js";
import { link } from "./admin-prose-address.js";
import { toolbar } from "./admin-prose-bar.js";
import { asker } from "./admin-prose-ask.js";
import { dialogs } from "./admin-prose-dialogs.js";
import { contents, fromField, toField } from "./admin-prose-html.js";
import { extensions } from "./admin-prose-nodes.js";
import { cleanPaste, hasPicture } from "./admin-prose-paste.js";

const said = new WeakMap();

/** Tells the writer something, quietly, below the text. */
function say(box, words) {
    const place = box.querySelector("[data-prose-said]");
    place.textContent = words;
    clearTimeout(said.get(place));
    said.set(place, setTimeout(() => { place.textContent = ""; }, 12000));
}

function start(box) {
    const textarea = box.querySelector("textarea");
    const { asks, words } = JSON.parse(box.querySelector("script").textContent);
    const languageField = textarea.form?.elements.language;
    const language = () => languageField?.value || document.documentElement.lang;
    const ask = asker(asks, words, textarea.form);
    const area = document.createElement("div");
    area.className = "prose-area";
    textarea.before(area);

    const label = { role: "textbox", "aria-multiline": "true", "aria-label": words.text, lang: language() };
    const described = [textarea.getAttribute("aria-describedby"), box.querySelector("[data-prose-keys]").id];
    label["aria-describedby"] = described.filter(Boolean).join(" ");
    if (textarea.getAttribute("aria-invalid")) label["aria-invalid"] = textarea.getAttribute("aria-invalid");

    let last = textarea.value;
    const origins = new Set([location.origin, words.site]);
    const own = url => [...origins].find(origin => origin && url.startsWith(`${origin}/`)) ?? "";
    const editor = new Editor({
        element: area,
        injectCSS: false, // the Content-Security-Policy forbids it; css/admin-prose.css has the rules
        editable: !textarea.disabled && !textarea.readOnly,
        extensions: extensions({ picture: ask.picture, words }),
        content: fromField(last),
        editorProps: {
            attributes: label,
            transformPastedHTML: html => (html.includes("data-pm-slice") ? html : cleanPaste(html, { origin: words.site || location.origin })),
            handlePaste(view, event) {
                const html = event.clipboardData.getData("text/html");
                const text = event.clipboardData.getData("text/plain").trim();
                if (hasPicture(html) || (!html && !text && event.clipboardData.files.length)) say(box, words.upload);
                if (!html && !text) return event.clipboardData.files.length > 0;
                if (/^https?:\/\/\S+$/.test(text) && !view.state.selection.empty && link(text)) {
                    const href = link(text, own(text));
                    return editor.chain().setMark("link", { href }).run();
                }
                return false;
            },
            handleDrop(view, event, slice, moved) {
                if (moved || !event.dataTransfer?.files.length) return false;
                say(box, words.upload);
                return true;
            },
        },
        onUpdate() {
            last = toField(editor.state.doc);
            textarea.value = last;
            textarea.dataset.words = countWords(editor.state.doc);
            textarea.dispatchEvent(new Event("input", { bubbles: true }));
        },
    });

    if (contents(fromField(last)) !== contents(toField(editor.state.doc))) {
        // Something in it has no place here. Nothing may be lost: the plain field stays.
        editor.destroy();
        area.remove();
        say(box, words.plain);
        return;
    }
    textarea.dataset.words = countWords(editor.state.doc);
    textarea.hidden = true;
    for (const name of ["input", "change"]) textarea.addEventListener(name, follow);
    function follow() {
        if (textarea.value === last) return;
        last = textarea.value;
        editor.view.dispatch(pm.history.closeHistory(editor.state.tr)); // one step back undoes this alone
        editor.commands.setContent(fromField(last), { emitUpdate: false });
        textarea.dataset.words = countWords(editor.state.doc);
    }
    languageField?.addEventListener?.("change", () => editor.view.dom.setAttribute("lang", language()));
    for (const name of textarea.labels) name.addEventListener("click", () => editor.commands.focus());

    const open = dialogs(box.querySelector("template"), { editor, ask, words, language, origins });
    if (editor.isEditable) toolbar(box.querySelector("[role=toolbar]"), editor, open);
    box.dispatchEvent(new CustomEvent("prose:ready", { bubbles: true, detail: { editor, textarea } }));
}

function countWords(doc) {
    const text = doc.textBetween(0, doc.content.size, " ", leaf => leaf.attrs.words || " ");
    return text.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word)).length;
}

for (const box of document.querySelectorAll("[data-prose]")) start(box);
