import type { Translation } from '@fixpoint/ui'
import type { PageWords } from './page-words.ts'

export type PageContent = { view: 'timeline' } | { view: 'proof'; sessionId: string; turnId: string }

export interface PageParts {
  shows: PageContent
  language: string
  words: PageWords
  /** English texts and those of the language, for what the shared components say. */
  translation: Translation
  /** Where scripts and styles of the extension come from, as the webview names it. */
  source: string
  script: string
  style: string
}

/** A page that runs one script of ours and loads nothing else: what is shown in it was written by agents and pages. */
export function pageHtml({ shows, language, words, translation, source, script, style }: PageParts): string {
  const nonce = [...crypto.getRandomValues(new Uint8Array(18))].map(byte => byte.toString(16).padStart(2, '0')).join('')
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; img-src blob:; font-src ${source}`
  const turn = shows.view === 'proof' ? ` data-session="${plain(shows.sessionId)}" data-turn="${plain(shows.turnId)}"` : ''
  const said = ` data-words="${inAttribute(JSON.stringify(words))}" data-translation="${inAttribute(JSON.stringify(translation))}"`
  return `<!doctype html><html lang="${language.replace(/[^\w-]/g, '')}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${style}"></head><body data-view="${shows.view}"${turn}${said}><div id="root"></div><script nonce="${nonce}" src="${script}"></script></body></html>`
}

function plain(id: string): string {
  return id.replace(/[^\w]/g, '')
}

function inAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
