// The front page editor. Every button works without this: here it is pressed without leaving the
// page, cards are also moved by dragging (mouse, pen, touch) and by arrow keys, and nothing that is
// not saved is left by accident.
"use strict"

document.addEventListener("DOMContentLoaded", () => {
    let form = document.querySelector("[data-front]")
    if (!form) return
    const said = document.querySelector("[data-said]")
    let isLeaving = false, work = null

    const say = text => {
        said.classList.toggle("visually-hidden", !text || text === form.querySelector("[data-words]")?.textContent)
        said.textContent = text
    }
    const fresh = async (options = {}) => {
        const answer = await fetch(form.action, {credentials: "same-origin", ...options})
        const page = new DOMParser().parseFromString(await answer.text(), "text/html")
        return page.querySelector("[data-front]")
    }
    // Who logged in again in another tab has another token.
    const takeToken = async () => {
        const page = await fresh()
        const token = page?.querySelector("[name=csrfmiddlewaretoken]")
        if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value
        return Boolean(token)
    }
    const show = () => {
        for (const handle of form.querySelectorAll("[data-handle]")) handle.hidden = false
    }
    const put = (page, key) => {
        const open = [...form.querySelectorAll("details[open]")].map(part => articleOf(part))
        form.replaceWith(page)
        form = page
        for (const part of form.querySelectorAll("details")) part.open ||= open.includes(articleOf(part))
        show()
        const wanted = form.dataset.focus || key
        const place = wanted && form.querySelector(`[data-key="${CSS.escape(wanted)}"], [id="${CSS.escape(wanted)}"]`)
        if (place) place.focus({preventScroll: place.id === wanted})
        say(form.querySelector("[data-words]")?.textContent ?? "")
    }
    const articleOf = part => part.closest("[data-card]")?.querySelector("[name$=-article]").value
    // One after the other; a move pressed meanwhile would move another card, so it is not made.
    const send = (value, key) => {
        if (work && value.startsWith("move:")) return work
        const mine = (work ?? Promise.resolve()).then(() => sent(value, key)).finally(() => {
            if (work === mine) work = null
        })
        work = mine
        return mine
    }
    const sent = async (value, key = "") => {
        form.setAttribute("aria-busy", "true")
        const post = () => {
            const body = new FormData(form)
            body.set("do", value)
            return fresh({method: "POST", body})
        }
        try {
            const page = await post() ?? (await takeToken() && await post())
            if (page) put(page, key)
            else say(form.dataset.loggedOut)
        } catch {
            say(form.dataset.offline)
        }
        form.removeAttribute("aria-busy")
    }

    document.addEventListener("submit", async event => {
        if (event.target !== form) return
        const button = event.submitter
        if (!button?.matches("[data-native]")) {
            event.preventDefault()
            const active = document.activeElement
            const key = button?.hidden && active?.id !== "id_q" ? active?.id : button?.dataset.key
            if (button?.hidden && active?.id === "id_pq") {
                const place = form.querySelector("[data-searches]").dataset.searches
                await send(`pictures:${place}`, "pq")
            } else await send(button?.value ?? "search", key ?? "")
            if (button?.hidden && key && key !== "id_q") document.getElementById(key)?.focus()
            return
        }
        if (button.formTarget) return
        if (button.dataset.ready) return
        event.preventDefault()
        await work
        if (button.matches("[data-return]") && form.matches("[data-changed]")
            && !confirm(form.dataset.confirm)) return
        try {
            if (!await takeToken()) return say(form.dataset.loggedOut)
        } catch {
            return say(form.dataset.offline)
        }
        isLeaving = true
        // The form may be another one than the one the button was pressed in.
        const own = form.querySelector(`button[name=do][value="${CSS.escape(button.value)}"]`)
        own.dataset.ready = "yes"
        form.requestSubmit(own)
    })
    document.addEventListener("input", event => {
        if (event.target.closest("[data-cards]")) form.dataset.changed = ""
    })
    document.addEventListener("click", event => {
        if (event.target.closest("[data-leave]")) isLeaving = true
    })
    addEventListener("beforeunload", event => {
        if (!isLeaving && form.matches("[data-changed]")) event.preventDefault()
    })
    addEventListener("pageshow", () => { isLeaving = false })

    document.addEventListener("keydown", event => {
        const handle = event.target.closest?.("[data-handle]")
        const step = {ArrowUp: -1, ArrowDown: 1}[event.key]
        if (!handle || !step) return
        event.preventDefault()
        const place = Number(handle.closest("[data-card]").dataset.card)
        const end = place + step
        if (form.querySelector(`[data-card="${end}"]`)) send(`move:${place}:${end}`)
    })

    document.addEventListener("pointerdown", event => {
        const handle = event.target.closest("[data-handle]")
        if (!handle || event.button) return
        const card = handle.closest("[data-card]")
        const start = event.clientY
        let target = null
        const aim = next => {
            target?.classList.remove("is-target")
            target = next && next !== card ? next : null
            target?.classList.add("is-target")
        }
        const move = at => {
            card.style.transform = `translateY(${at.clientY - start}px)`
            const under = document.elementsFromPoint(at.clientX, at.clientY)
            aim(under.map(node => node.closest("[data-card]")).find(found => found && found !== card))
        }
        const end = at => {
            for (const [name, handler] of listeners) handle.removeEventListener(name, handler)
            const to = target
            aim(null)
            card.classList.remove("is-dragged")
            card.style.transform = ""
            if (to && at.type === "pointerup") send(`move:${card.dataset.card}:${to.dataset.card}`)
        }
        const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end]]
        for (const [name, handler] of listeners) handle.addEventListener(name, handler)
        handle.setPointerCapture(event.pointerId)
        card.classList.add("is-dragged")
    })
    show()
})
