// The editor's tools: one row of buttons, reached with Alt+F10, walked with the arrow keys.

const heading = level => ({
    run: chain => chain.toggleHeading({ level }),
    on: editor => editor.isActive("heading", { level }),
});
const mark = name => ({ run: chain => chain.toggleMark(name), on: editor => editor.isActive(name) });
const quote = pull => ({
    run: (chain, editor) => {
        if (!editor.isActive("blockquote")) return chain.wrapIn("blockquote", { pull });
        if (editor.getAttributes("blockquote").pull === pull) return unquote(chain, editor);
        return chain.updateAttributes("blockquote", { pull });
    },
    on: editor => editor.isActive("blockquote", { pull }),
});
const plain = command => ({ run: chain => chain[command](), can: editor => editor.can()[command]() });
const opens = (name, isOn) => ({ opens: name, on: isOn });

const TOOLS = {
    undo: plain("undo"), redo: plain("redo"),
    h2: heading(2), h3: heading(3),
    bold: mark("bold"), italic: mark("italic"), subscript: mark("subscript"), superscript: mark("superscript"),
    bullets: { run: chain => chain.toggleBulletList(), on: editor => editor.isActive("bulletList") },
    numbers: { run: chain => chain.toggleOrderedList(), on: editor => editor.isActive("orderedList") },
    indent: { run: chain => chain.sinkListItem("listItem"), can: editor => editor.can().sinkListItem("listItem") },
    outdent: { run: chain => chain.liftListItem("listItem"), can: editor => editor.can().liftListItem("listItem") },
    quote: quote(false), pull: quote(true),
    speaker: { run: (chain, editor) => speaker(chain, editor), can: editor => editor.isActive("blockquote") },
    link: opens("link", editor => editor.isActive("link")),
    figure: opens("picture", editor => editor.isActive("figure")),
    table: opens("table", editor => editor.isActive("table")),
    chip: opens("instrument", editor => editor.isActive("chip")),
    rule: { run: chain => chain.setHorizontalRule() },
    plain: { run: chain => chain.unsetAllMarks().clearNodes() },
    rowAfter: plain("addRowAfter"), rowGone: plain("deleteRow"),
    columnAfter: plain("addColumnAfter"), columnGone: plain("deleteColumn"),
    headRow: plain("toggleHeaderRow"), headColumn: plain("toggleHeaderColumn"),
    merge: { run: chain => chain.mergeOrSplit(), can: editor => editor.can().mergeOrSplit() },
    caption: opens("caption"),
    tableGone: plain("deleteTable"),
};

/** The quote around the selection: {node, before, end}, or null. */
function quoteOf({ state: { selection: { $from } } }) {
    for (let depth = $from.depth; depth > 0; depth -= 1) {
        const node = $from.node(depth);
        if (node.type.name === "blockquote") return { node, before: $from.before(depth), end: $from.end(depth) };
    }
    return null;
}

/** The whole quote becomes paragraphs, who said it too. */
function unquote(chain, editor) {
    const quote = quoteOf(editor);
    if (!quote) return chain;
    const { paragraph } = editor.schema.nodes;
    const blocks = quote.node.children.map(child => (child.type.name === "footer" ? paragraph.create(null, child.content) : child));
    const caret = editor.state.selection.from - 1;
    return chain.command(({ tr }) => tr.replaceWith(quote.before, quote.end + 1, blocks) && true).setTextSelection(caret);
}

/** To the quote's last line, where who said it stands; made where there is none. */
function speaker(chain, editor) {
    const quote = quoteOf(editor);
    if (!quote) return chain;
    if (quote.node.lastChild.type.name === "footer") return chain.setTextSelection(quote.end - 1);
    return chain.insertContentAt(quote.end, { type: "footer" }).setTextSelection(quote.end + 1);
}

export function toolbar(bar, editor, open) {
    const all = [...bar.querySelectorAll("button")];
    const groups = [...bar.querySelectorAll("[data-when]")];
    const within = { list: "listItem", quote: "blockquote", table: "table" };
    const shown = () => all.filter(button => !button.closest("[hidden]"));
    let current = all[0];

    function stand(button) {
        for (const other of all) other.tabIndex = other === button ? 0 : -1;
        current = button;
    }

    function show() {
        for (const group of groups) group.hidden = !editor.isActive(within[group.dataset.when]);
        for (const button of all) {
            const tool = TOOLS[button.dataset.tool];
            if (tool.on) button.setAttribute("aria-pressed", String(tool.on(editor)));
            if (tool.can) button.setAttribute("aria-disabled", String(!tool.can(editor)));
        }
        if (current.closest("[hidden]")) stand(shown()[0]);
    }

    bar.addEventListener("mousedown", event => event.preventDefault()); // the text keeps its selection
    bar.addEventListener("click", event => {
        const button = event.target.closest("button");
        if (!button) return;
        stand(button);
        const tool = TOOLS[button.dataset.tool];
        if (button.getAttribute("aria-disabled") === "true") return;
        if (tool.opens) open(tool.opens);
        else tool.run(editor.chain().focus(), editor).run();
    });
    bar.addEventListener("keydown", event => {
        const buttons = shown();
        const place = buttons.indexOf(document.activeElement);
        const to = {
            ArrowRight: place + 1, ArrowLeft: place - 1, ArrowDown: place + 1, ArrowUp: place - 1,
            Home: 0, End: buttons.length - 1,
        }[event.key];
        if (event.key === "Escape") editor.commands.focus();
        else if (to === undefined) return;
        else {
            stand(buttons.at(to % buttons.length));
            current.focus();
        }
        event.preventDefault();
    });
    editor.view.dom.addEventListener("keydown", event => {
        if (event.altKey && event.key === "F10") current.focus();
        else if ((event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyK") open("link");
        else return;
        event.preventDefault();
    });
    editor.view.dom.addEventListener("dblclick", () => editor.isActive("chip") && open("instrument"));
    bar.hidden = false;
    stand(all[0]);
    show();
    editor.on("transaction", show);
}
