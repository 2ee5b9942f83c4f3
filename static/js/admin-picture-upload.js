// Many pictures at once: each file is sent by itself and gets its own row of the server's answer.
// Without this the form sends them together and the page comes back with the same rows.
"use strict"

const form = document.querySelector("[data-upload]")
const say = form.dataset
const rows = document.querySelector("[data-answers]")
const said = document.querySelector("[data-said]")
const next = document.querySelector("[data-describe]")
const chooser = form.querySelector("[type=file]")
const waiting = []
let isBusy = false

form.querySelector("[data-only-script]").hidden = false
form.querySelector("[data-send]").hidden = true
chooser.required = false

const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties)
    made.append(...children)
    return made
}

const rowOf = name => {
    const mark = element("span", {className: "lib-mark lib-mark--quiet", textContent: say.waiting})
    const words = element("p")
    const row = element("li", {className: "lib-answer"},
        element("div", {}, element("p", {className: "lib-answer__name"}, element("b", {textContent: name}), " ", mark), words))
    rows.append(row)
    return {row, mark, words}
}

const refuse = (place, word, reason) => {
    place.mark.className = "lib-mark lib-mark--bad"
    place.mark.textContent = word
    place.words.textContent = reason
    place.row.dataset.answer = "refused"
}

// The answer to one form, or null when there is none of ours (no connection, a login page).
const send = (data, onProgress) => new Promise(resolve => {
    const request = new XMLHttpRequest()
    request.open("POST", form.action || location.href)
    request.setRequestHeader("X-Rows", "1")
    request.upload.addEventListener("progress", event => event.lengthComputable && onProgress(event.loaded / event.total))
    request.addEventListener("loadend", () => {
        const isOurs = request.status === 200 && request.getResponseHeader("X-Rows")
        resolve(isOurs ? request.responseText : null)
    })
    request.send(data)
})

// A new login has a new token: the one of this page would be refused.
const renewToken = async () => {
    const answer = await fetch(location.href).catch(() => null)
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html")
    const token = page?.querySelector("[data-upload] [name=csrfmiddlewaretoken]")
    if (token) form.elements.csrfmiddlewaretoken.value = token.value
}

const sendOne = async ({data, place, retries}) => {
    place.mark.textContent = say.sending
    const progress = element("progress", {max: 1, value: 0, ariaLabel: say.sending})
    place.words.replaceChildren(progress)
    if (retries) await renewToken()
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value)
    const answer = await send(data, part => { progress.value = part })
    if (answer === null) {
        refuse(place, say.failed, `${say.noAnswer} `)
        delete place.row.dataset.answer
        const again = element("button", {type: "button", className: "button", textContent: say.retry})
        again.addEventListener("click", () => {
            waiting.push({data, place, retries: true})
            work()
        })
        place.words.append(again)
        return
    }
    const made = element("template", {innerHTML: answer}).content.querySelector("[data-answer]")
    place.row.replaceWith(made)
}

const count = state => rows.querySelectorAll(`[data-answer=${state}]`).length

// One after the other: a picture costs the server a second or two of its processor.
const work = async () => {
    if (isBusy) return
    isBusy = true
    while (waiting.length) await sendOne(waiting.shift())
    isBusy = false
    said.textContent = say.done.replace("{1}", count("stored")).replace("{2}", count("same")).replace("{3}", count("refused"))
    const stored = [...rows.querySelectorAll("[data-answer=stored]")].slice(-say.most)
    next.hidden = stored.length === 0
    next.firstElementChild.href = `${next.dataset.describe}?${new URLSearchParams(stored.map(row => ["pk", row.dataset.pk]))}`
}

const add = files => {
    for (const file of files) {
        const place = rowOf(file.name)
        if (file.size > Number(say.limit)) {
            refuse(place, say.refused, say.tooLarge)
            continue
        }
        const data = new FormData()
        data.set("files", file)
        waiting.push({data, place})
    }
    said.textContent = ""
    work()
}

chooser.addEventListener("change", () => {
    add([...chooser.files])
    chooser.value = ""
})
form.addEventListener("submit", event => {
    event.preventDefault()
    chooser.focus()
})
for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, event => {
        event.preventDefault()
        form.classList.add("is-over")
    })
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-over"))
form.addEventListener("drop", event => {
    event.preventDefault()
    add([...event.dataTransfer.files])
})

// "Add it a second time" in a row that says the file is there.
rows.addEventListener("submit", event => {
    const again = event.target.closest("[data-again]")
    if (!again) return
    event.preventDefault()
    const row = again.closest("li")
    const place = rowOf(row.querySelector("b").textContent)
    row.replaceWith(place.row)
    waiting.push({data: new FormData(again), place})
    work()
})
