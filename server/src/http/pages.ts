import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ERRORS } from '@fixpoint/protocol'
import express, { Router } from 'express'
import { DOOR_STYLE, ENTRANCE_SCRIPT, entrancePage, entrancePolicy } from '../doors/door-pages.ts'

/** The few pages of the server: what this is, how to connect, the API reference, the error codes. */
export function createPages(openApi: () => object, publicUrl: () => string): Router {
  const router = Router()
  const swagger = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  router.get('/', (_request, response) => {
    response.type('html').send(page('Fixpoint', HOME))
  })
  router.get('/pair', (_request, response) => {
    response.setHeader('Referrer-Policy', 'no-referrer')
    response.type('html').send(page('Connect Fixpoint', PAIR))
  })
  router.get('/door', (_request, response) => {
    response.setHeader('Referrer-Policy', 'no-referrer')
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('Content-Security-Policy', entrancePolicy(publicUrl()))
    response.type('html').send(entrancePage())
  })
  router.get('/door/entrance.js', (_request, response) => {
    response.type('js').send(ENTRANCE_SCRIPT)
  })
  router.get('/door/door.css', (_request, response) => {
    response.type('css').send(DOOR_STYLE)
  })
  router.get('/openapi.json', (_request, response) => {
    response.json(openApi())
  })
  router.get('/docs/errors', (_request, response) => {
    response.type('html').send(page('Error codes', errorTable()))
  })
  router.get('/docs', (_request, response) => {
    // Swagger UI writes style attributes; nothing else on the page may.
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
    )
    response.type('html').send(DOCS)
  })
  router.get('/docs/start.js', (_request, response) => {
    response.type('js').send(START)
  })
  router.use('/docs/assets', express.static(swagger, { index: false, maxAge: '1d' }))
  return router
}

const STYLE = `
:root { color-scheme: light dark; --ink: #17181c; --soft: #5b606b; --line: #e3e5ea; --ground: #ffffff; --accent: #4a4ae0 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #a2a7b4; --line: #2c2f38; --ground: #131418; --accent: #9d9dff } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 4rem 1.5rem }
h1 { font-size: 1.6rem; letter-spacing: -0.01em; margin: 0 0 0.5rem }
p, li { color: var(--soft) } a { color: var(--accent) } strong { color: var(--ink) }
code { font: 0.9em ui-monospace, monospace; background: color-mix(in srgb, var(--line) 55%, transparent); padding: 0.1em 0.35em; border-radius: 4px }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); vertical-align: top; font-size: 0.9rem }
`

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`
}

const HOME = `
<h1>Fixpoint is running</h1>
<p>Point at something on a web page, say what is wrong, and get it fixed with proof.</p>
<ol>
<li><strong>Load the extension</strong> into Chrome: <code>chrome://extensions</code>, Developer mode, “Load unpacked”, the folder that <code>npm start</code> names.</li>
<li><strong>Connect it:</strong> <code>npm run fixpoint -- pair</code> prints a link; paste it into the Fixpoint panel.</li>
<li><strong>Open a page of one of your projects</strong> and point at what is wrong.</li>
</ol>
<p><a href="/docs">API reference</a> · <a href="/docs/errors">Error codes</a> · <a href="/openapi.json">OpenAPI document</a></p>`

const PAIR = `
<h1>Connect Fixpoint</h1>
<p>Open the Fixpoint side panel and paste the address of this page into “Pairing link”. The code in it works once, for ten minutes.</p>
<p>No panel yet? Load the extension first: <code>chrome://extensions</code>, Developer mode, “Load unpacked”, the folder that <code>npm start</code> names.</p>`

const DOCS = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Fixpoint API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head><body><div id="reference"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`

// Swagger UI is dark where its page says so, and leaves it to the page to find out.
const START = `const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null, tryItOutEnabled: false })
`

function errorTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, kind]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${kind.status}</td><td><strong>${kind.title}.</strong> ${kind.hint}</td></tr>`
  )
  return `<h1>Error codes</h1><p>Every error carries one of these, with a sentence that says what was wrong this time.</p><table><thead><tr><th>Code</th><th>Status</th><th>What it means and what to do</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}
