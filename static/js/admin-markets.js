// Comfort for the market desk; every page works without it.
// data-price: a copied column fills downwards. data-example: settings tell at once what they do.
"use strict"

document.addEventListener("paste", event => {
    const first = event.target.closest?.("[data-price]")
    const text = event.clipboardData?.getData("text/plain") ?? ""
    if (!first || !/[\n\t]/.test(text.trim())) return
    event.preventDefault()
    const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map(row => row.split("\t"))
    const columns = [...document.querySelectorAll("[data-column]")]
        .map(table => [...table.querySelectorAll("[data-price]")])
    const column = columns.findIndex(cells => cells.includes(first))
    const start = columns[column].indexOf(first)
    let filled = 0, left = 0
    rows.forEach((row, down) => row.forEach((typed, right) => {
        const value = typed.trim()
        const cell = columns[column + right]?.[start + down]
        if (!cell) left += value !== ""
        else if (value !== "") {
            cell.value = value
            cell.dispatchEvent(new Event("input", {bubbles: true}))
            filled += 1
        }
    }))
    const place = document.querySelector("[data-pasted]")
    place.textContent = place.dataset.said.replace("%1", filled).replace("%2", left)
})

// Up, down and Enter go through a column as in a spreadsheet.
document.addEventListener("keydown", event => {
    const cell = event.target.closest?.("[data-price]")
    const step = {ArrowUp: -1, ArrowDown: 1, Enter: 1}[event.key]
    if (!cell || !step) return
    const cells = [...document.querySelectorAll("[data-price]")]
    const next = cells[cells.indexOf(cell) + step]
    if (next) {
        event.preventDefault()
        next.focus()
        next.select()
    }
})

// The admin loads scripts in the head, before there is a form.
document.addEventListener("DOMContentLoaded", () => {
    const place = document.querySelector("[data-example]")
    const form = place?.closest("form")
    if (!form) return
    const names = "store_scale show_min show_max warn_pct hold_pct min_value max_value soft_stale_days hard_stale_days"
    const watched = names.split(" ").map(name => form.elements.namedItem(name)).filter(Boolean)
    let latest = 0, timer
    const ask = async () => {
        const turn = ++latest
        const url = new URL(place.dataset.example, location)
        for (const field of watched) url.searchParams.set(field.name, field.value)
        const answer = await fetch(url).catch(() => null)
        if (!answer?.ok || answer.redirected) return // logged out: the old example stays
        const text = await answer.text()
        if (turn === latest) place.innerHTML = text
    }
    for (const field of watched) {
        field.addEventListener("input", () => {
            clearTimeout(timer)
            timer = setTimeout(ask, 150)
        })
    }
})
