// The shape in which a text is stored: head rows in thead, no paragraph around a cell's only words.
// Attributes of news/prose.py; everything else is the editor's own and stays with it.
const KEPT = {
    A: ["href"], BLOCKQUOTE: ["class"], FIGURE: ["data-picture"], SPAN: ["data-instrument"],
    TD: ["colspan", "rowspan"], TH: ["scope", "colspan", "rowspan"],
};

/** One shape for one thing: the children of `root` as news/prose.py would leave them. */
export function tidy(root) {
    root.querySelectorAll("table").forEach(divide);
    for (const cell of root.querySelectorAll("td, th")) {
        if (cell.children.length === 1 && cell.firstElementChild.matches("p")) unwrap(cell.firstElementChild);
    }
    for (const item of root.querySelectorAll("li")) {
        const [first, ...others] = item.children;
        if (first?.matches("p") && others.every(other => other.matches("ul, ol"))) unwrap(first);
    }
    for (const empty of root.querySelectorAll("p, h2, h3, footer, figcaption, caption")) {
        if (!empty.textContent.trim() && !empty.querySelector("span") && !empty.closest("td, th")) empty.remove();
    }
    for (const quote of root.querySelectorAll("blockquote, ul, ol, li")) {
        if (!quote.textContent.trim() && !quote.querySelector("figure, hr, table, span")) quote.remove();
    }
    for (const node of root.querySelectorAll("*")) {
        for (const { name, value } of [...node.attributes]) {
            const plain = name.endsWith("span") && value === "1";
            if (plain || !KEPT[node.nodeName]?.includes(name)) node.removeAttribute(name);
        }
    }
}

/** Rows into thead, tbody and tfoot: heads are the first rows that hold head cells alone. */
function divide(table) {
    const rows = [...table.rows];
    const part = row => row.dataset.part;
    const isHead = row => [...row.cells].every(cell => cell.matches("th"));
    let heads = rows.findIndex(row => !isHead(row) || part(row) === "tfoot");
    if (heads < 0) heads = rows.length > 1 ? 1 : 0;
    let feet = rows.length;
    while (feet > heads + 1 && part(rows[feet - 1]) === "tfoot") feet -= 1;
    table.querySelectorAll("thead, tbody, tfoot").forEach(old => old.remove());
    const parts = { thead: rows.slice(0, heads), tbody: rows.slice(heads, feet), tfoot: rows.slice(feet) };
    for (const [name, its] of Object.entries(parts)) {
        if (!its.length) continue;
        const section = table.ownerDocument.createElement(name);
        section.append(...its);
        table.append(section);
        if (name === "tfoot") continue;
        for (const row of its) {
            [...row.cells].forEach((cell, column) => {
                if (!cell.matches("th") || cell.hasAttribute("scope")) return;
                if (name === "thead") cell.setAttribute("scope", "col");
                else if (column === 0) cell.setAttribute("scope", "row");
            });
        }
    }
}

export function unwrap(node) {
    node.replaceWith(...node.childNodes);
}
