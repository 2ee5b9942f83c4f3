// Clipboard HTML in, the HTML a story keeps out: headings, lists, links and tables, and no styles.
// A pure function of its text: Word (both), Google Docs, LibreOffice, mail and web pages.
import { inert } from "./admin-prose-inert.js";
import { link } from "./admin-prose-address.js";
import { explain } from "./admin-prose-word.js";
import { tidy, unwrap } from "./admin-prose-tidy.js";

const BLOCKS = new Set(
    ("ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CAPTION CENTER COL COLGROUP DD DETAILS DIV DL DT FIELDSET FIGCAPTION " +
        "FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HGROUP HR LEGEND LI MAIN NAV OL P PRE SECTION " +
        "SUMMARY TABLE TBODY TD TFOOT TH THEAD TR UL").split(" "),
);
const MARKS = ["a", "strong", "em", "sub", "sup"];

/** origin: the site's own, whose addresses become paths. */
export function cleanPaste(html, { origin = "" } = {}) {
    const body = inert(html);
    explain(body);
    const marks = marksOf(body, origin);
    for (const node of body.querySelectorAll("*")) {
        if (!BLOCKS.has(node.nodeName) && node.nodeName !== "BR") unwrap(node);
    }
    const out = document.implementation.createHTMLDocument("").body;
    out.append(...flow(body, marks, out.ownerDocument));
    tidy(out);
    return [...out.children].map(block => block.outerHTML).join("\n");
}

/** Whether a picture came with the text: pictures are uploaded, never pasted. */
export const hasPicture = html => /<img\b(?![^>]*\b(?:width|height)=["']?[01]\b)|<v:imagedata\b/i.test(html);

/** What stands on each piece of text, by elements and by styles: the nearest word counts. */
function marksOf(body, origin) {
    const marks = new Map();
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const found = {};
        for (let node = text.parentElement; node && node !== body; node = node.parentElement) {
            found.a ??= node.matches("a[href]") ? link(node.getAttribute("href"), origin) : undefined;
            found.strong ??= isBold(node);
            found.em ??= isItalic(node);
            found.height ??= heightOf(node);
        }
        const { a, strong, em, height } = found;
        marks.set(text, { a, strong, em, sub: height === "sub", sup: height === "super" });
    }
    return marks;
}

/** What the element's own style says last of a property. */
function declared(node, property) {
    const style = node.getAttribute("data-css") ?? "";
    return [...style.matchAll(new RegExp(`(?:^|[;\\s])${property}:\\s*([\\w-]+)`, "gi"))].at(-1)?.[1].toLowerCase();
}

function isBold(node) {
    const weight = declared(node, "font-weight");
    return weight ? /^bold|^[6-9]00$/.test(weight) : node.matches("b, strong") || undefined;
}

function isItalic(node) {
    const style = declared(node, "font-style");
    return style ? /^(?:italic|oblique)$/.test(style) : node.matches("i, em") || undefined;
}

function heightOf(node) {
    const height = declared(node, "vertical-align");
    if (["sub", "super", "baseline"].includes(height)) return height;
    return node.matches("sub") ? "sub" : node.matches("sup") ? "super" : undefined;
}

/** The clean blocks of what stands in a source element. */
function flow(source, marks, to) {
    const out = [];
    let run = [];
    const flush = () => {
        for (const line of paragraphs(run)) {
            const words = inline(line, marks, to);
            if (words.length) out.push(element(to, "p", words));
        }
        run = [];
    };
    for (const node of source.childNodes) {
        if (node.nodeType === 3 || node.nodeName === "BR") run.push(...(source.closest("pre") ? linesOf(node, marks) : [node]));
        if (node.nodeType !== 1 || node.nodeName === "BR") continue;
        flush();
        out.push(...block(node, marks, to));
    }
    flush();
    return out;
}

function block(node, marks, to) {
    const within = () => flow(node, marks, to);
    switch (node.nodeName) {
        case "HR": return [element(to, "hr")];
        case "UL": case "OL": return list(node, marks, to);
        case "LI": return [element(to, "ul", [item(within(), to)])];
        case "TABLE": return table(node, marks, to);
        case "BLOCKQUOTE": return [element(to, "blockquote", within())];
        case "H1": case "H2": case "H3": case "H4": case "H5": case "H6": {
            const texts = [...textsIn(node)];
            texts.forEach(text => Object.assign(marks.get(text) ?? {}, { strong: false }));
            const words = inline(texts, marks, to);
            return words.length ? [element(to, `h${Math.max(2, node.dataset.level)}`, words)] : [];
        }
        default: return within();
    }
}

function list(node, marks, to) {
    const out = element(to, node.localName);
    for (const child of node.childNodes) {
        const blocks = child.nodeType === 1 ? (child.matches("li") ? flow(child, marks, to) : block(child, marks, to)) : [];
        if (child.nodeType === 3 && child.data.trim()) blocks.push(element(to, "p", inline([child], marks, to)));
        if (blocks.length) out.append(item(blocks, to));
    }
    return out.children.length ? [out] : [];
}

/** A list's item or a cell: headings in it are words. */
function item(blocks, to, name = "li") {
    return element(to, name, blocks.map(part => (/^H[23]$/.test(part.nodeName) ? element(to, "p", [...part.childNodes]) : part)));
}

function table(node, marks, to) {
    const rows = [...node.rows].filter(row => row.cells.length);
    if (!rows.length || (rows.length === 1 && rows[0].cells.length === 1)) return rows.length ? flow(rows[0].cells[0], marks, to) : [];
    const isStrong = row => {
        const texts = [...row.cells].flatMap(cell => textsIn(cell)).filter(text => text.data.trim());
        return texts.length > 0 && texts.every(text => marks.get(text)?.strong);
    };
    const bare = !node.querySelector("th, thead");
    const head = bare && rows.length > 1 && isStrong(rows[0]) && !rows.every(isStrong) ? rows[0] : null;
    const made = rows.map(row => {
        const cells = [...row.cells].map(cell => {
            const isHead = row === head || cell.matches("th") || cell.closest("thead") !== null;
            if (isHead) textsIn(cell).forEach(text => Object.assign(marks.get(text) ?? {}, { strong: false }));
            const out = item(flow(cell, marks, to), to, isHead ? "th" : "td");
            for (const span of ["colspan", "rowspan"]) {
                if (/^[1-9]\d?$/.test(cell.getAttribute(span) ?? "")) out.setAttribute(span, cell.getAttribute(span));
            }
            return out;
        });
        return element(to, "tr", cells);
    });
    const caption = node.caption ? inline(textsIn(node.caption), marks, to) : [];
    const parts = caption.length ? [element(to, "caption", caption)] : [];
    return [element(to, "table", [...parts, element(to, "tbody", made)])];
}

function textsIn(node) {
    const found = [];
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) found.push(walker.currentNode);
    return found;
}

/** Pieces of a line, cut where two line ends meet. */
function paragraphs(run) {
    const lines = [[]];
    let ends = 0;
    for (const node of run) {
        if (node.nodeName === "BR") ends += 1;
        else if (node.data.trim()) {
            if (ends > 1) lines.push([]);
            ends = 0;
        }
        lines.at(-1).push(node);
    }
    return lines;
}

/** Preformatted text: its line ends are line ends. */
function linesOf(node, marks) {
    if (node.nodeType !== 3) return [node];
    return node.data.split("\n").flatMap((line, number) => {
        const text = document.createTextNode(line);
        marks.set(text, marks.get(node) ?? {});
        return number ? [document.createElement("br"), text] : [text];
    });
}

/** Texts and line ends as the words of one block: spaces made one, marks around what has them. */
function inline(nodes, marks, to) {
    const pieces = nodes.map(node => (node.nodeName === "BR" ? { br: true } : { text: plain(node.data), ...marks.get(node) }));
    let space = true; // at a line's beginning
    for (const piece of pieces) {
        if (piece.br) space = true;
        else {
            if (space) piece.text = piece.text.replace(/^ /, "");
            space = piece.text ? piece.text.endsWith(" ") : space;
        }
    }
    space = true;
    for (const piece of pieces.toReversed()) {
        if (piece.br) space = true;
        else if (space && piece.text) {
            piece.text = piece.text.replace(/ $/, "");
            space = piece.text === "";
        }
    }
    const isEmpty = piece => piece.br || piece.text === "";
    const kept = pieces.filter(piece => piece.br || piece.text);
    while (kept.length && isEmpty(kept[0])) kept.shift();
    while (kept.length && isEmpty(kept.at(-1))) kept.pop();
    kept.forEach((piece, place) => {
        if (piece.br || piece.text.trim()) return;
        const [before, after] = [kept[place - 1] ?? {}, kept[place + 1] ?? {}];
        for (const mark of MARKS) piece[mark] = before[mark] === after[mark] && before[mark];
    });
    return wrapped(kept, MARKS, to);
}

function wrapped(pieces, [mark, ...others], to) {
    if (!mark) return pieces.map(piece => (piece.br ? element(to, "br") : to.createTextNode(piece.text)));
    const out = [];
    for (let start = 0, end; start < pieces.length; start = end) {
        const value = pieces[start][mark] || "";
        for (end = start + 1; end < pieces.length && (pieces[end][mark] || "") === value; end += 1);
        const within = wrapped(pieces.slice(start, end), others, to);
        const made = value ? [element(to, mark, within)] : within;
        if (mark === "a" && value) made[0].setAttribute("href", value);
        out.push(...made);
    }
    return out;
}

/** No soft hyphens and other signs without width; an unbreakable space only behind a figure. */
const plain = text =>
    text.replace(/[\u00ad\u200b\u2060\ufeff]/g, "")
        .replace(/\u00a0+/g, (run, at, all) => (run.length === 1 && /\d/.test(all[at - 1] ?? "") && /[^\s]/.test(all[at + 1] ?? "") ? run : " "))
        .replace(/[ \t\n\r\f\u2028\u2029]+/g, " ");

function element(to, name, children = []) {
    const made = to.createElement(name);
    made.append(...children);
    return made;
}
