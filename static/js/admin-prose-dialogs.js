// The editor's dialogs: a link, a picture, an instrument, a table. Their markup and words come from
// templates/admin/news/prose/dialogs.html.
import { address, link as bare } from "./admin-prose-address.js";

export function dialogs(template, { editor, ask, words, language, origins }) {
    const holder = document.createElement("div");
    holder.className = "prose-dialogs";
    holder.append(template.content.cloneNode(true));
    document.body.append(holder);
    const dialogOf = name => holder.querySelector(`[data-dialog=${name}]`);
    const part = (dialog, name) => dialog.querySelector(`[data-part=${name}]`);
    const value = (dialog, name) => part(dialog, name).value.trim();
    const selected = () => {
        const { from, to } = editor.state.selection;
        return editor.state.doc.textBetween(from, to, " ");
    };

    /** A list that follows what is typed above it. */
    function finder(dialog, what, query, show, choose) {
        const field = part(dialog, "search"), list = part(dialog, "list"), found = part(dialog, "found");
        let wait, running;
        async function search() {
            running?.abort();
            running = new AbortController();
            found.textContent = words.searching;
            try {
                const answer = await ask.find(what, { q: field.value, ...query() }, running.signal);
                list.replaceChildren(...answer.items.map(item => {
                    const button = document.createElement("button");
                    button.type = "button";
                    button.append(...show(item));
                    button.addEventListener("click", () => choose(item));
                    const line = document.createElement("li");
                    line.append(button);
                    return line;
                }));
                found.textContent = !answer.items.length ? words.nothing : answer.more ? words.more : "";
                return answer;
            } catch (error) {
                if (error.name === "AbortError") return null;
                list.replaceChildren();
                found.textContent = error.message;
                return null;
            }
        }
        field.addEventListener("input", () => {
            clearTimeout(wait);
            wait = setTimeout(search, 200);
        });
        field.addEventListener("keydown", event => {
            if (event.key !== "Enter" && event.key !== "ArrowDown") return;
            event.preventDefault();
            list.querySelector("button")?.focus();
        });
        list.addEventListener("keydown", event => {
            const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            const buttons = [...list.querySelectorAll("button")];
            event.preventDefault();
            (buttons[buttons.indexOf(document.activeElement) + step] ?? field).focus();
        });
        return () => {
            field.value = "";
            return search();
        };
    }

    function line(text, name = "span") {
        const node = document.createElement(name);
        node.textContent = text;
        return node;
    }

    /** Where the writer was, unless the dialog has written something. */
    let was = null;
    function backToText() {
        const { doc, tr } = editor.state;
        if (doc === was?.doc) editor.view.dispatch(tr.setSelection(was.bookmark.resolve(doc)));
        was = null;
        editor.view.focus();
    }

    for (const dialog of holder.querySelectorAll("dialog")) {
        dialog.addEventListener("close", backToText);
        for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
        // A click beside it closes it, as Escape does.
        dialog.addEventListener("mousedown", event => event.target === dialog && dialog.close());
    }

    const link = dialogOf("link");
    const findStories = finder(
        link, "stories", () => ({ language: language() }),
        story => [line(story.headline), line(story.about, "small")],
        story => setLink(story.address, story.headline),
    );
    function setLink(href, name) {
        const chain = editor.chain().focus();
        if (editor.isActive("link")) chain.extendMarkRange("link").setMark("link", { href });
        else if (!editor.state.selection.empty) chain.setMark("link", { href });
        else chain.insertContent({ type: "text", text: value(link, "words") || name, marks: [{ type: "link", attrs: { href } }] });
        link.close();
        chain.run();
    }
    link.querySelector("form").addEventListener("submit", event => {
        event.preventDefault();
        const typed = value(link, "address");
        const href = normal(typed);
        part(link, "said").textContent = href ? "" : words.address;
        part(link, "address").setAttribute("aria-invalid", String(!href));
        if (href) setLink(href, typed);
        else part(link, "address").focus();
    });
    part(link, "remove").addEventListener("click", () => {
        link.close();
        editor.chain().focus().extendMarkRange("link").unsetMark("link").run();
    });
    function normal(typed) {
        for (const origin of origins) if (origin && typed.startsWith(`${origin}/`)) return typed.slice(origin.length);
        if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(typed)) return `mailto:${typed}`;
        if (/^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:[/?#]\S*)?$/u.test(typed)) return `https://${typed}`;
        if (/^https?:/i.test(typed)) return bare(typed);
        return /\s/.test(typed) ? "" : address(typed);
    }

    const picture = dialogOf("picture");
    const findPictures = finder(
        picture, "pictures", () => ({}),
        item => {
            const image = document.createElement("img");
            Object.assign(image, { src: item.thumb, alt: "", width: 96, height: 96, loading: "lazy" });
            return [image, line(item.name), line([item.problem, item.credit].filter(Boolean).join(" "), "small")];
        },
        item => setPicture(item.id),
    );
    function setPicture(number) {
        picture.close();
        const { node, $from } = editor.state.selection;
        const place = node?.type.name === "figure" ? $from.pos : $from.parent.type.name === "figure" ? $from.before() : null;
        if (place !== null) editor.view.dispatch(editor.state.tr.setNodeMarkup(place, null, { picture: number }));
        else editor.chain().focus().insertContent({ type: "figure", attrs: { picture: number } }).run();
    }
    const upload = part(picture, "upload");
    upload.querySelector("form").addEventListener("submit", async event => {
        event.preventDefault();
        const send = part(upload, "send");
        if (send.disabled) return;
        const tell = errors => {
            for (const place of upload.querySelectorAll("[data-error]")) {
                const said = (errors?.[place.dataset.error] ?? []).join(" ");
                place.textContent = said;
                part(upload, place.dataset.error)?.setAttribute("aria-invalid", String(Boolean(said)));
            }
            const first = upload.querySelector("[aria-invalid=true]");
            first?.focus();
        };
        send.disabled = true;
        tell(null);
        part(upload, "state").textContent = words.sending;
        try {
            const item = await ask.upload({
                language: language(), file: part(upload, "file").files[0], alt: value(upload, "alt"),
                caption: value(upload, "caption"), credit: value(upload, "credit"),
                is_decorative: part(upload, "is_decorative").checked ? "on" : "",
            });
            part(upload, "state").textContent = "";
            event.target.reset();
            upload.open = false;
            setPicture(item.id);
        } catch (error) {
            part(upload, "state").textContent = [error.message, ...(error.errors?.__all__ ?? [])].join(" ");
            tell(error.errors);
        } finally {
            send.disabled = false;
        }
    });

    const instrument = dialogOf("instrument");
    const findInstruments = finder(
        instrument, "instruments", () => ({ language: language() }),
        item => [line(item.label), line(item.about === item.label ? "" : item.about, "small")],
        item => {
            instrument.close();
            const attrs = { instrument: item.code, words: value(instrument, "words") || item.name };
            if (editor.isActive("chip")) editor.chain().focus().updateAttributes("chip", attrs).run();
            else editor.chain().focus().insertContent({ type: "chip", attrs }).run();
        },
    );

    const asText = html => Object.assign(document.createElement("p"), { innerHTML: html }).textContent;
    const asHtml = text => Object.assign(document.createElement("p"), { textContent: text }).innerHTML;
    const table = dialogOf("table");
    table.querySelector("form").addEventListener("submit", event => {
        event.preventDefault();
        const size = name => Math.min(50, Math.max(1, Number.parseInt(value(table, name), 10) || 1));
        const options = { rows: size("rows"), cols: size("cols"), withHeaderRow: part(table, "head").checked };
        table.close();
        const chain = editor.chain().focus().insertTable(options).updateAttributes("table", { caption: asHtml(value(table, "caption")) });
        if (part(table, "side").checked) chain.toggleHeaderColumn();
        chain.run();
    });
    const caption = dialogOf("caption");
    caption.querySelector("form").addEventListener("submit", event => {
        event.preventDefault();
        caption.close();
        const text = value(caption, "caption");
        if (text === part(caption, "caption").defaultValue) return;
        editor.chain().focus().updateAttributes("table", { caption: asHtml(text) }).run();
    });

    const prepare = {
        link() {
            const isOn = editor.isActive("link");
            part(link, "address").value = isOn ? editor.getAttributes("link").href : "";
            part(link, "address").removeAttribute("aria-invalid");
            part(link, "said").textContent = "";
            part(link, "remove").hidden = !isOn;
            part(link, "words").value = "";
            part(link, "words").closest("label").hidden = isOn || !editor.state.selection.empty;
            findStories();
        },
        async picture() {
            const answer = await findPictures();
            upload.hidden = !answer?.may_upload;
        },
        instrument() {
            const attrs = editor.getAttributes("chip");
            part(instrument, "words").value = attrs.words ?? selected();
            findInstruments();
        },
        table() {
            table.querySelector("form").reset();
        },
        caption() {
            part(caption, "caption").defaultValue = asText(editor.getAttributes("table").caption);
            caption.querySelector("form").reset();
        },
    };
    return name => {
        // One opened before the last one's end was told: the browser has put the caret elsewhere.
        was ??= { doc: editor.state.doc, bookmark: editor.state.selection.getBookmark() };
        prepare[name]();
        const dialog = dialogOf(name);
        dialog.showModal();
        (dialog.querySelector("[data-first]") ?? dialog.querySelector("input")).focus();
    };
}
