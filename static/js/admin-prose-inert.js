// Foreign HTML, read without the page's policy being asked about it: a parsed document is under that
// policy too, and each style and handler in it would be a report. They are renamed before parsing.

const RISKY = /<(\/?)(style|script|video|audio|object|iframe|base|meta|link|track|embed)(?=[\s/>])/gi;
const ACTIVE = /([\s"'/])(style|on[a-z]+)(?=\s*=)/gi;
const RENAMED = /m70-(style|on[a-z]+)(?=\s*=)/gi;

/** The body of the HTML; styles stand in data-css, handlers and scripts are gone. */
export function inert(html) {
    const named = html.replace(RISKY, "<$1m70-$2").replace(ACTIVE, "$1m70-$2");
    const { body } = new DOMParser().parseFromString(named, "text/html");
    for (const name of body.getAttributeNames()) body.removeAttribute(name);
    for (const node of body.querySelectorAll("*")) {
        for (const name of node.getAttributeNames().filter(name => name.startsWith("m70-"))) {
            if (name === "m70-style") node.dataset.css = node.getAttribute(name);
            node.removeAttribute(name);
        }
        if (/^m70-(?:style|script|video|audio|object|iframe)$/.test(node.localName)) node.remove();
        else if (node.localName.startsWith("m70-")) node.replaceWith(...node.childNodes);
    }
    const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(RENAMED, "$1");
    return body;
}

/** The same as HTML that any parser may read. */
export const defused = html => inert(html).innerHTML;
