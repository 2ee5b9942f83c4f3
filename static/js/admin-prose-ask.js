// What the editor asks the server. Every refusal has plain words.

/** Its words stand where the answer would have. */
export class Refused extends Error {
    constructor(words, errors = null) {
        super(words);
        this.errors = errors;
    }
}

export function asker(asks, words, form) {
    async function send(address, options = {}) {
        let answer;
        try {
            answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
        } catch (error) {
            if (error.name === "AbortError") throw error;
            throw new Refused(words.offline);
        }
        const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
        if (answer.ok && isJson) return answer.json();
        if (answer.status === 422 && isJson) throw new Refused(words.mend, (await answer.json()).errors);
        // The admin leads who is logged out to its login page.
        if (answer.redirected || answer.status === 401) throw new Refused(words.login);
        throw new Refused(answer.status === 403 ? words.refused : answer.status === 413 ? words.big : words.failed);
    }

    const known = new Map();
    let waiting = null;

    /** An item of the picture library, or null; many numbers at once are one question. */
    function picture(number) {
        if (known.has(number)) return known.get(number);
        waiting ??= { numbers: [], answer: Promise.resolve().then(load) };
        waiting.numbers.push(number);
        const found = waiting.answer.then(items => items.get(number) ?? null);
        known.set(number, found);
        return found;
    }

    async function load() {
        const { numbers } = waiting;
        waiting = null;
        try {
            const { items } = await send(`${asks.pictures}?ids=${numbers.slice(0, 200).join(",")}`);
            return new Map(items.map(item => [item.id, item]));
        } catch (error) {
            numbers.forEach(number => known.delete(number)); // asked again when it is shown again
            return new Map(numbers.map(number => [number, { alt: "", problem: error.message }]));
        }
    }

    return {
        picture,
        find: (what, query, signal) => send(`${asks[what]}?${new URLSearchParams(query)}`, { signal }),
        async upload(fields) {
            const body = new FormData();
            for (const [name, value] of Object.entries(fields)) if (value) body.append(name, value);
            const token = form.elements.csrfmiddlewaretoken?.value ?? "";
            const headers = { Accept: "application/json", "X-CSRFToken": token };
            const { item } = await send(asks.upload, { method: "POST", body, headers });
            known.set(item.id, Promise.resolve(item));
            return item;
        },
    };
}
