// Between the form's field and the editor: HTML in, the same HTML out, in the shape the server keeps.
import { pm } from "../django_prose_editor/editor.js";
import { defused, inert } from "./admin-prose-inert.js";
import { tidy } from "./admin-prose-tidy.js";

const BLOCK = /<(?:p|h[1-6]|ul|ol|blockquote|table|figure|hr|div)\b/i;

/** The field's text as HTML: plain text becomes paragraphs, as the server would make them. */
export function fromField(text) {
    if (BLOCK.test(text)) return defused(text);
    return defused(text).replace(/\r\n?/g, "\n").split(/\n[ \t]*\n\s*/).map(part => part.trim()).filter(Boolean)
        .map(part => `<p>${part.replace(/\n/g, "<br>")}</p>`).join("\n");
}

/** The editor's document as the HTML that is stored. */
export function toField(doc) {
    const body = document.implementation.createHTMLDocument("").body;
    const serializer = pm.model.DOMSerializer.fromSchema(doc.type.schema);
    body.append(serializer.serializeFragment(doc.content, { document: body.ownerDocument }));
    tidy(body);
    for (const holder of body.querySelectorAll("ul, ol, table, thead, tbody, tfoot")) inLines(holder);
    return [...body.children].map(block => block.outerHTML).join("\n");
}

/** Each child on a line of its own: what people compare later, they compare by lines. */
function inLines(holder) {
    for (const child of [...holder.children]) child.before("\n");
    holder.append("\n");
}

/** Words and things of a text, to see that none was lost on the way into the editor. */
export function contents(html) {
    const body = inert(html);
    const count = selector => body.querySelectorAll(selector).length;
    return JSON.stringify([
        body.textContent.replace(/\s+/g, ""),
        ...["figure[data-picture]", "span[data-instrument]", "a[href]", "td,th", "li", "h2", "h3", "hr"].map(count),
    ]);
}
