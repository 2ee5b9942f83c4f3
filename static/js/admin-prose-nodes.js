// What a story's text is made of, in the editor: the list of news/prose.py, node by node.
import {
    Blockquote, Bold, BulletList, Document, Dropcursor, Extension, Gapcursor, HardBreak, Heading,
    HorizontalRule, Italic, ListItem, Mark, Node, OrderedList, Paragraph, Placeholder, Subscript,
    Superscript, Table, TableCell, TableHeader, TableRow, Text, TrailingNode, UndoRedo, pm,
} from "../django_prose_editor/editor.js";
import { address } from "./admin-prose-address.js";
import { inert } from "./admin-prose-inert.js";

const { Selection, TextSelection, NodeSelection } = pm.state;

const Link = Mark.create({
    name: "link",
    inclusive: false,
    addAttributes: () => ({ href: { default: "" } }),
    parseHTML: () => [{ tag: "a[href]", getAttrs: link => address(link.getAttribute("href")) !== "" && null }],
    renderHTML: ({ HTMLAttributes }) => ["a", { href: HTMLAttributes.href }, 0],
});

const Quote = Blockquote.extend({
    content: "(block+ footer?) | footer",
    addAttributes: () => ({
        pull: {
            default: false,
            parseHTML: quote => quote.classList.contains("pull"),
            renderHTML: ({ pull }) => (pull ? { class: "pull" } : {}),
        },
    }),
});

// Who said it: the last line of a quote.
const Footer = Node.create({
    name: "footer",
    content: "inline*",
    defining: true,
    parseHTML: () => [{ tag: "footer" }],
    renderHTML: () => ["footer", 0],
    addKeyboardShortcuts() {
        return {
            Enter: ({ editor }) => leave(editor, this.name, 1),
            Backspace: ({ editor }) => {
                const { $from, empty } = editor.state.selection;
                if (!empty || $from.parent.type.name !== this.name || $from.parent.content.size) return false;
                const before = $from.before();
                const tr = editor.state.tr.delete(before, $from.after());
                editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(before), -1)));
                return true;
            },
        };
    },
});

/** Enter in a node that holds one line goes on in a new paragraph behind it (or behind what is
 * `above` levels around it). */
function leave(editor, name, above = 0) {
    const { $from } = editor.state.selection;
    if ($from.parent.type.name !== name) return false;
    const after = $from.after($from.depth - above);
    const tr = editor.state.tr.insert(after, editor.schema.nodes.paragraph.create());
    editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
    return true;
}

// <figure data-picture="12"><figcaption>words for this use</figcaption></figure>
const Figure = Node.create({
    name: "figure",
    group: "block",
    content: "text*",
    marks: "",
    isolating: true,
    defining: true,
    draggable: true,
    addOptions: () => ({ picture: null, words: {} }),
    addAttributes: () => ({ picture: { default: null } }),
    parseHTML: () => [
        {
            tag: "figure[data-picture]",
            contentElement: figure => figure.querySelector("figcaption") ?? figure,
            getAttrs: figure => ({ picture: Number(figure.dataset.picture) }),
        },
    ],
    renderHTML: ({ node }) => ["figure", { "data-picture": node.attrs.picture }, ["figcaption", 0]],
    addKeyboardShortcuts() {
        return {
            Enter: ({ editor }) => leave(editor, this.name),
            Backspace: ({ editor }) => {
                const { $from, empty } = editor.state.selection;
                if (!empty || $from.parent.type.name !== this.name || $from.parentOffset) return false;
                editor.view.dispatch(editor.state.tr.setSelection(NodeSelection.create(editor.state.doc, $from.before())));
                return true;
            },
        };
    },
    addNodeView() {
        const { picture: find, words } = this.options;
        return ({ node, editor, getPos }) => {
            const dom = document.createElement("figure");
            const image = document.createElement("img");
            const note = document.createElement("p");
            const caption = document.createElement("figcaption");
            dom.className = "prose-figure";
            note.className = "prose-figure__note";
            for (const part of [image, note]) part.contentEditable = "false";
            image.addEventListener("click", () => editor.commands.setNodeSelection(getPos()));
            dom.append(image, note, caption);
            let shown = null;
            const show = async number => {
                if (number === shown) return;
                shown = number;
                const item = await find(number);
                if (number !== shown) return;
                image.hidden = !item?.src;
                if (item?.src) image.src = item.src;
                if (item?.width) [image.width, image.height] = [item.width, item.height];
                image.alt = item?.alt ?? "";
                note.textContent = item ? [item.problem, item.credit].filter(Boolean).join(" ") : words.gone;
                caption.dataset.placeholder = item?.caption || words.caption;
            };
            const mark = ({ content }) => caption.classList.toggle("is-empty", content.size === 0);
            show(node.attrs.picture);
            mark(node);
            return {
                dom,
                contentDOM: caption,
                update(changed) {
                    if (changed.type !== node.type) return false;
                    show(changed.attrs.picture);
                    mark(changed);
                    return true;
                },
                selectNode: () => dom.classList.add("ProseMirror-selectednode"),
                deselectNode: () => dom.classList.remove("ProseMirror-selectednode"),
                ignoreMutation: change => !caption.contains(change.target) || change.type === "attributes",
            };
        };
    },
});

// <span data-instrument="brent">Brent</span>: the page adds the price.
const Chip = Node.create({
    name: "chip",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({ instrument: { default: "" }, words: { default: "" } }),
    parseHTML: () => [
        {
            tag: "span[data-instrument]",
            getAttrs: chip => ({ instrument: chip.dataset.instrument, words: chip.textContent }),
        },
    ],
    renderHTML: ({ node }) => ["span", { "data-instrument": node.attrs.instrument, class: "prose-chip" }, node.attrs.words],
    renderText: ({ node }) => node.attrs.words || node.attrs.instrument,
});

const part = {
    // thead, tbody, tfoot: rows know where they stood, for the editor's tables have no such parts.
    default: null,
    parseHTML: row => row.parentNode?.nodeName.toLowerCase() ?? null,
    renderHTML: ({ part }) => (part ? { "data-part": part } : {}),
};
const scope = {
    default: null,
    parseHTML: cell => cell.getAttribute("scope"),
    renderHTML: ({ scope }) => (scope ? { scope } : {}),
};
function captionOf(html = "") {
    const caption = inert(`<table><caption contenteditable="false">${html}</caption></table>`).querySelector("caption");
    for (const part of caption.querySelectorAll("*")) {
        const href = part.matches("a") ? address(part.getAttribute("href")) : "";
        for (const name of part.getAttributeNames()) part.removeAttribute(name);
        if (href) part.setAttribute("href", href);
        else if (!part.matches("strong, em, sub, sup")) part.replaceWith(...part.childNodes);
    }
    return caption;
}

const Grid = Table.extend({
    addAttributes: () => ({
        // Its words as HTML: a heading may hold CO<sub>2</sub>.
        caption: {
            default: "",
            parseHTML: table => captionOf(table.querySelector("caption")?.innerHTML).innerHTML,
            rendered: false,
        },
    }),
    parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
    renderHTML: ({ node }) => [
        "table",
        ...(node.attrs.caption ? [captionOf(node.attrs.caption)] : []),
        ["tbody", 0],
    ],
    addNodeView: null, // the package's own sets widths, which we do not keep
});
const Row = TableRow.extend({ addAttributes: () => ({ part }) });
const Head = TableHeader.extend({ addAttributes() { return { ...this.parent?.(), scope }; } });

// Escape, then Tab: the one way out of lists and tables, where Tab means something.
const WayOut = Extension.create({
    name: "wayOut",
    priority: 1000,
    addProseMirrorPlugins: () => {
        let leaving = false;
        return [
            new pm.state.Plugin({
                props: {
                    handleDOMEvents: {
                        keydown(view, event) {
                            const free = leaving && event.key === "Tab";
                            if (event.key !== "Shift") leaving = event.key === "Escape";
                            return free; // true: the editor's own keys do not see it, the browser does
                        },
                    },
                },
            }),
        ];
    },
});

/** options: {picture(number) -> Promise of an item, words: {gone, caption, placeholder}} */
export function extensions({ picture, words }) {
    return [
        WayOut, Document, Text, Paragraph, HardBreak, HorizontalRule, Bold, Italic, Subscript,
        Superscript, Link, Chip, BulletList, OrderedList, ListItem, Quote, Footer,
        Heading.configure({ levels: [2, 3] }),
        Figure.configure({ picture, words }),
        Grid.configure({ resizable: false, allowTableNodeSelection: true }), Row, TableCell, Head,
        UndoRedo, Dropcursor, Gapcursor, TrailingNode, Placeholder.configure({ placeholder: words.placeholder }),
    ];
}
