// The focal point of a picture: by click, by dragging, by arrow keys; the crops follow at once.
// The number fields remain what is sent, and work without this.
"use strict"

// As news/renditions.py `steps`: tens, rounded away from the middle.
const step = value => (value < 50 ? Math.floor(value / 10) : Math.ceil(value / 10)) * 10
const inside = value => Math.min(100, Math.max(0, Math.round(value)))

document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("[data-focus]")
    const fields = ["x", "y"].map(letter => document.getElementById(`id_focus_${letter}`))
    if (!box || !fields.every(Boolean)) return // somebody who may only look
    const stage = box.querySelector("[data-stage]")
    const spot = box.querySelector("[data-spot]")
    const told = box.querySelector("[data-told]")

    const typed = () => fields.map(field => (field.value === "" ? 50 : inside(Number(field.value) || 0)))
    const show = () => {
        const [x, y] = typed()
        spot.style.setProperty("left", `${x}%`)
        spot.style.setProperty("top", `${y}%`)
        for (const crop of box.querySelectorAll("[data-crop]")) {
            const place = crop.dataset.crop === "steps" ? [step(x), step(y)] : [x, y]
            crop.style.setProperty("object-position", `${place[0]}% ${place[1]}%`)
        }
    }
    const move = (x, y) => {
        const place = [inside(x), inside(y)]
        fields.forEach((field, number) => {
            field.value = place[number]
            field.dispatchEvent(new Event("input", {bubbles: true}))
        })
        told.textContent = box.dataset.said.replace("{1}", `${place[0]} %`).replace("{2}", `${place[1]} %`)
    }
    const point = event => {
        const {left, top, width, height} = stage.querySelector("img").getBoundingClientRect()
        move((event.clientX - left) / width * 100, (event.clientY - top) / height * 100)
    }

    stage.classList.add("is-live")
    spot.hidden = false
    for (const field of fields) field.addEventListener("input", show)
    stage.addEventListener("click", event => event.target !== spot && point(event))
    spot.addEventListener("pointerdown", event => {
        event.preventDefault()
        spot.focus()
        spot.setPointerCapture(event.pointerId)
    })
    spot.addEventListener("pointermove", event => spot.hasPointerCapture(event.pointerId) && point(event))
    spot.addEventListener("keydown", event => {
        const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key]
        if (!way) return
        event.preventDefault()
        const far = event.shiftKey ? 10 : 1
        const [x, y] = typed()
        move(x + way[0] * far, y + way[1] * far)
    })
    show()
})
