// The page of azproc's admin port: it brings itself up to date, and tries a chat.
'use strict'

const every = 2000 // milliseconds
const element = id => document.getElementById(id)

// choice is what the plots show, as a query.
const choice = element('choice')
const query = () => '?' + new URLSearchParams(new FormData(choice))

// shown is the text of each part as it came: what is as it was is left alone, so that a
// selection in it stays.
const shown = {}
let asked = 0

async function update() {
  const turn = ++asked
  try {
    const response = await fetch('page-data' + query(), { cache: 'no-store' })
    if (!response.ok) throw new Error(response.status)
    const parts = await response.json()
    if (turn !== asked) return // a newer question is under way
    for (const [id, text] of Object.entries(parts)) {
      if (shown[id] !== text) element(id).innerHTML = shown[id] = text // the server has escaped it
    }
    element('offline').hidden = true
  } catch {
    if (turn === asked) element('offline').hidden = false
  }
}

let timer
async function run() {
  clearTimeout(timer)
  if (document.hidden) return
  await update()
  clearTimeout(timer)
  timer = setTimeout(run, every)
}

choice.querySelector('button').hidden = true
choice.addEventListener('change', () => {
  history.replaceState(null, '', query())
  run()
})
document.addEventListener('visibilitychange', run)
timer = setTimeout(run, every)

// A chat through the gateway.
const form = element('try'), answer = element('answer'), outcome = element('outcome'), stop = element('stop')
let abort

form.addEventListener('submit', async event => {
  event.preventDefault()
  const send = form.querySelector('[type=submit]')
  abort = new AbortController()
  answer.textContent = ''
  outcome.textContent = 'waiting'
  send.disabled = true
  stop.hidden = false
  const began = performance.now()
  const took = () => ((performance.now() - began) / 1000).toFixed(1) + ' s'
  try {
    const response = await fetch('try', {
      method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    })
    const by = response.headers.get('x-azproc-deployment')
    if (!response.ok) {
      const text = await response.text()
      outcome.textContent = `refused with status ${response.status}`
      answer.textContent = message(text)
      return
    }
    outcome.textContent = 'answering'
    const error = await read(response.body, text => answer.append(text))
    outcome.textContent = error ? `broke off after ${took()}: ${error}` : `${by ? 'by ' + by + ' ' : ''}in ${took()}`
  } catch (error) {
    outcome.textContent = error.name === 'AbortError' ? `stopped after ${took()}` : `broke off after ${took()}: ${error.message}`
  } finally {
    send.disabled = false
    stop.hidden = true
  }
})
stop.addEventListener('click', () => abort.abort())

// message is the error's text of a body.
function message(text) {
  try {
    return JSON.parse(text).error.message
  } catch {
    return text
  }
}

// read hands on the text of a stream of chat completion chunks, and gives the error in
// it, if any.
async function read(body, text) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let held = '', failed = ''
  for (;;) {
    const { done, value } = await reader.read()
    held += done ? '\n' : value
    const lines = held.split(/\r?\n/)
    held = lines.pop()
    for (const line of lines) {
      if (!line.startsWith('data:')) continue
      let chunk
      try {
        chunk = JSON.parse(line.slice(5))
      } catch {
        continue // [DONE]
      }
      if (chunk.error) failed = chunk.error.message || 'an error'
      const delta = chunk.choices?.[0]?.delta?.content
      if (delta) text(delta)
    }
    if (done) return failed
  }
}
