// What word processors mean by their markup, said in plain HTML: lists, headings, things not shown.

const GONE = [
    "script", "style", "meta", "link", "title", "noscript", "template", "iframe", "object", "embed",
    "svg", "math", "canvas", "video", "audio", "button", "input", "select", "textarea", "del",
    "[hidden]", "[aria-hidden=true]", ".EOP",
].join(",");
const HIDDEN = /display:\s*none|visibility:\s*hidden|mso-hide:\s*all|mso-special-character:\s*comment|mso-element:\s*(?:comment|header|footer)/i;
const NUMBER = /^\(?(?:\d+|\p{L}{1,2}|[ivxlcdm]+)[.)]/iu;

const styleOf = node => node.getAttribute("data-css") ?? "";

/** Changes the parsed clipboard in place, so that only meaning is left to read. */
export function explain(body) {
    for (const node of body.querySelectorAll("*")) {
        const name = node.localName;
        if (/^v:|^o:ole/.test(name) || node.matches(GONE) || HIDDEN.test(styleOf(node))) node.remove();
        else if (name.includes(":") || name === "ins") node.replaceWith(...node.childNodes);
    }
    body.querySelectorAll("p, div").forEach(asHeading);
    const top = Math.min(...[...body.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(level), 2);
    for (const heading of body.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
        // A title and its sections stay one above the other, whatever the document began with.
        heading.dataset.level = Math.min(3, level(heading) + (top === 1 ? 1 : 0));
        marker(heading);
    }
    wordLists(body);
    onlineLists(body);
    for (const list of body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")) {
        const before = list.previousElementSibling;
        if (before?.matches("li")) before.append(list);
    }
}

const level = heading => Number(heading.localName[1]);

/** Paragraphs that are headings by their style alone. */
function asHeading(node) {
    const outline = /mso-outline-level:\s*([1-9])/i.exec(styleOf(node));
    const named = /^Mso(?:Heading|Title|Subtitle)\s*([1-9])?/i.exec(node.className);
    const online = node.getAttribute("role") === "heading" && (node.getAttribute("aria-level") ?? "2");
    const subtitle = /^MsoSubtitle/i.test(node.className);
    const found = outline?.[1] ?? (named && (named[1] ?? (subtitle ? "2" : "1"))) ?? online;
    if (!found) return;
    const heading = node.ownerDocument.createElement(`h${Math.min(6, Number(found))}`);
    heading.append(...node.childNodes);
    node.replaceWith(heading);
}

/** The bullet or number that Word writes as text, taken out; what it was. */
function marker(node) {
    let text = "";
    for (const span of node.querySelectorAll("span")) {
        if (/mso-list:\s*ignore/i.test(styleOf(span)) && span.isConnected) {
            text ||= span.textContent.replace(/[\s\u00a0]+/g, "");
            span.remove();
        }
    }
    return text;
}

/** Word's list item, a paragraph that says so in its style: {level, ordered}. */
function wordItem(node) {
    if (!node.matches("p, div")) return null;
    const list = /mso-list:\s*l\d+\s+level(\d)/i.exec(styleOf(node));
    const named = /\bMsoList(Bullet|Number)(\d?)\b/.exec(node.className);
    if (!list && !named) return null;
    const said = marker(node);
    const ordered = said ? NUMBER.test(said) : named?.[1] === "Number";
    return { level: Number(list?.[1] ?? (named[2] || 1)), ordered, nodes: [...node.childNodes] };
}

function wordLists(body) {
    for (const parent of new Set([...body.querySelectorAll("p, div")].map(node => node.parentNode))) {
        let run = [];
        for (const node of [...parent.children]) {
            const item = wordItem(node);
            const last = run.at(-1);
            if (item) run.push({ ...item, node });
            else if (last && /^MsoListParagraph/.test(node.className) && node.textContent.trim()) {
                const more = node.ownerDocument.createElement("p"); // a second paragraph of the item
                more.append(...node.childNodes);
                last.nodes.push(more);
                node.remove();
            } else {
                nest(run);
                run = [];
            }
        }
        nest(run);
    }
}

/** Word on the web writes every item as a list of its own, with its level beside it. */
function onlineLists(body) {
    for (const wrapper of body.querySelectorAll(".ListContainerWrapper")) wrapper.replaceWith(...wrapper.childNodes);
    let run = [];
    let before = null;
    for (const list of body.querySelectorAll("ul, ol")) {
        const items = [...list.children];
        if (!items.length || !items.every(item => item.matches("li[data-aria-level]"))) continue;
        if (before && list.previousElementSibling !== before) {
            nest(run);
            run = [];
        }
        before = list;
        for (const item of items) {
            run.push({
                level: Number(item.dataset.ariaLevel), ordered: list.matches("ol"),
                nodes: [...item.childNodes], node: item,
            });
        }
    }
    nest(run);
    for (const list of body.querySelectorAll("ul, ol")) if (!list.hasChildNodes()) list.remove();
}

/** Items one after another, each with its level, as lists within lists in place of the first. */
function nest(items) {
    if (!items.length) return;
    const first = items[0].node.matches("li") ? items[0].node.parentNode : items[0].node;
    const place = first.ownerDocument.createElement("div");
    first.before(place);
    const open = [];
    for (const { level, ordered, nodes, node } of items) {
        const name = ordered ? "ol" : "ul";
        while (open.length > 1 && open.at(-1).level > level) open.pop();
        if (open.length === 1 && open[0].level > level) open[0].level = level;
        let top = open.at(-1);
        if (!top || top.level < level || top.list.localName !== name) {
            if (top && top.level >= level) open.pop();
            const list = place.ownerDocument.createElement(name);
            (open.at(-1)?.list.lastElementChild ?? place).append(list);
            open.push((top = { level, list }));
        }
        const item = place.ownerDocument.createElement("li");
        item.append(...nodes);
        top.list.append(item);
        node.remove();
    }
}
