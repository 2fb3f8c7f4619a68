import type { Door } from '@fixpoint/protocol'

/** The page that lets in, and that is shown while the sandbox wakes up. Its script is a file: nothing inline runs on it. */
export function waitingPage(door: Door): string {
  const what = door === 'vscode' ? 'VS Code' : 'the preview'
  return page(
    `Opening ${what}`,
    `<div class="mark" aria-hidden="true"></div>
<h1 id="title">Opening ${what}</h1>
<p id="text" role="status">The sandbox is being started. This takes a few seconds.</p>
<p id="actions" hidden><button type="button" id="again">Try again</button></p>
<script src="/.fixpoint/enter.js"></script>`
  )
}

/** The server's own page before a door that has a port and not a name: from here the browser is told to forget what was there before. */
export function entrancePage(): string {
  return page(
    'Opening',
    `<div class="mark" aria-hidden="true"></div>
<h1 id="title">Opening</h1>
<p id="text" role="status">This takes a few seconds.</p>
<script src="/door/entrance.js"></script>`,
    '/door/door.css'
  )
}

/** What somebody sees who comes without being let in. */
export function lockedPage(door: Door): string {
  const [what, how] = door === 'vscode' ? ['VS Code', 'Open in VS Code'] : ['The preview', 'Open preview']
  return page(
    `${what} is opened from a session`,
    `<div class="mark" aria-hidden="true"></div>
<h1>${what} is opened from a session</h1>
<p>This browser is not admitted here, or not any more. Open the session in the Fixpoint panel and choose “${how}”.</p>`
  )
}

function page(title: string, body: string, style = '/.fixpoint/door.css'): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="stylesheet" href="${style}"><link rel="icon" href="data:,"></head><body><main>${body}</main></body></html>`
}

const policy = (connect: string) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${connect}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export const PAGE_POLICY = policy("'self'")

/** The entrance asks the doors, which are on other ports of the same host. */
export function entrancePolicy(publicUrl: string): string {
  const { protocol, hostname } = new URL(publicUrl)
  return policy(`${protocol}//${hostname}:*`)
}

export const DOOR_STYLE = `
:root { color-scheme: light dark; --ink: #17181c; --soft: #5b606b; --ground: #fbfbfc; --accent: #4a4ae0; --line: #e3e5ea }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #a2a7b4; --ground: #181818; --accent: #9d9dff; --line: #2c2f38 } }
html, body { height: 100% }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.6 system-ui, sans-serif; display: grid; place-items: center }
main { max-width: 30rem; padding: 2rem; text-align: center }
h1 { font-size: 1.15rem; font-weight: 600; margin: 1.25rem 0 0.25rem }
p { margin: 0; color: var(--soft); overflow-wrap: anywhere; white-space: pre-line }
.mark { width: 34px; height: 34px; margin: 0 auto; border-radius: 50%; border: 3px solid var(--line); border-top-color: var(--accent); animation: turn 0.9s linear infinite }
.failed .mark { animation: none; border-color: var(--line) }
@keyframes turn { to { transform: rotate(360deg) } }
@media (prefers-reduced-motion: reduce) { .mark { animation-duration: 4s } }
button { margin-top: 1.25rem; font: inherit; color: #fff; background: #4a4ae0; border: 0; border-radius: 6px; padding: 0.45rem 1rem; cursor: pointer }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`

/**
 * Runs on the waiting page: takes the ticket from behind the #, so that it is in no log and no referrer, changes it for the cookie,
 * waits until the door is open and goes in.
 */
export const ENTER_SCRIPT = `
const root = document.body
const title = document.getElementById('title')
const text = document.getElementById('text')
const actions = document.getElementById('actions')
const words = { title: title.textContent, text: text.textContent }
const given = new URLSearchParams(location.hash.slice(1))
const isEntrance = location.pathname === '/.fixpoint/enter'
if (given.has('theme')) localStorage.setItem('fixpoint-theme', given.get('theme'))
history.replaceState(null, '', location.pathname + location.search)

async function ask(path, body) {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (response.ok) return
  const problem = await response.json().catch(() => ({ title: 'The server does not answer', detail: 'It answered with status ' + response.status + '.' }))
  throw Object.assign(new Error(problem.detail), { title: problem.title, hint: problem.hint })
}

async function open() {
  root.classList.remove('failed')
  actions.hidden = true
  title.textContent = words.title
  text.textContent = words.text
  try {
    const ticket = given.get('ticket')
    if (ticket !== null) {
      await ask('/.fixpoint/enter', { ticket })
      given.delete('ticket')
    }
    await ask('/.fixpoint/wake', { theme: localStorage.getItem('fixpoint-theme') ?? 'system' })
    location.replace(isEntrance ? '/' : location.href)
  } catch (error) {
    root.classList.add('failed')
    title.textContent = error.title ?? 'The server does not answer'
    text.textContent = [error.message, error.hint].filter(Boolean).join('\\n')
    actions.hidden = false
  }
}
document.getElementById('again').addEventListener('click', open)
open()
`

/** Runs on the entrance page; what it is given is behind the #, as everywhere. */
export const ENTRANCE_SCRIPT = `
const given = new URLSearchParams(location.hash.slice(1))
const door = URL.canParse(given.get('to')) ? new URL(given.get('to')) : null
given.delete('to')
history.replaceState(null, '', location.pathname)

function fail(title, text) {
  document.body.classList.add('failed')
  document.getElementById('title').textContent = title
  document.getElementById('text').textContent = text
}

// Doors are on this host, on other ports; a link that leads elsewhere is none of ours.
if (door === null || door.protocol !== location.protocol || door.hostname !== location.hostname || door.origin === location.origin) {
  fail('This link leads to no session', 'Open VS Code or the preview from the session in the Fixpoint panel.')
} else {
  fetch(door.origin + '/.fixpoint/forget', { mode: 'no-cors', credentials: 'include', cache: 'no-store' }).then(
    () => location.replace(door.origin + '/.fixpoint/enter#' + given),
    () => fail(door.host + ' cannot be reached', 'The ports of sessionPorts have to be open from here to the server. Tell whoever runs it.')
  )
}
`
