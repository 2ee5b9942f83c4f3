// Addresses of links: which are allowed, and what is left of them without wrappers and trackers.
// The beginnings an address may have; the server has the same rule.
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:|\/(?![/\\])|#)/i;
const ODD = /[\s\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]/g;

/** An address as it will be stored; "" where the server would refuse it. */
export function address(typed) {
    const bare = (typed ?? "").replace(ODD, "");
    return ADDRESS.test(bare) ? bare : "";
}

const TRACKING = /^(?:utm_\w+|fbclid|[gy]clid|dclid|[gw]braid|msclkid|mc_[ce]id|igshid|_openstat|mkt_tok|_hs(?:enc|mi)|vero_id|ysclid)$/i;

/** An address without wrappers and trackers; "" for what is no link in a story. */
export function link(href, origin = "") {
    let url;
    try {
        url = new URL(href.trim());
    } catch {
        return "";
    }
    const { hostname, pathname, searchParams } = url;
    const wrapped =
        (/(?:^|\.)google\.[a-z.]+$/.test(hostname) && pathname === "/url" && (searchParams.get("q") ?? searchParams.get("url"))) ||
        (/\.safelinks\.protection\.outlook\.com$/.test(hostname) && searchParams.get("url")) ||
        (/^lm?\.(?:facebook|instagram)\.com$/.test(hostname) && searchParams.get("u")) ||
        (/(?:^|\.)vk\.com$/.test(hostname) && pathname === "/away.php" && searchParams.get("to"));
    if (wrapped) return link(wrapped, origin);
    if (/^(?:mailto|tel):$/.test(url.protocol)) return href.trim();
    if (!/^https?:$/.test(url.protocol)) return "";
    const trackers = [...searchParams.keys()].filter(name => TRACKING.test(name));
    trackers.forEach(name => searchParams.delete(name));
    const clean = trackers.length ? url.href : href.trim();
    const own = origin && url.origin === origin;
    return own ? url.pathname + url.search + url.hash : clean;
}
