import { join } from 'node:path'
import { ROOT } from '../e2e/src/server-process.ts'
import { Person } from '../extension/tests/person.ts'
import { servePage } from './zz-capture.ts'
const server = await servePage()
const person = await Person.start({ extensionFolder: join(ROOT, 'extension', '.output', 'chrome-mv3') })
const { page, tabId } = await person.open(server.address)
const worker = await person.browser.worker()
const run = (f: Function) => worker.evaluate(`chrome.scripting.executeScript({ target: { tabId: ${tabId} }, func: ${f.toString()} }).then(([first]) => first?.result)`)
const tests = () => {
  const out: Record<string, string> = {}
  const time = (name: string, f: () => unknown) => { const v: number[] = []; let r: unknown; for (let i = 0; i < 5; i++) { const t = performance.now(); r = f(); v.push(performance.now() - t) } out[name] = `${v.map(x => x.toFixed(2)).join(' ')} -> ${r}` }
  const FIELDS = 'input,textarea,select,[contenteditable]:not([contenteditable="false" i]),[role="textbox"],[role="searchbox"],[role="spinbutton"],[role="combobox"]'
  time('qsa *', () => document.querySelectorAll('*').length)
  time('qsa fields', () => document.querySelectorAll(FIELDS).length)
  time('qsa attrs', () => document.querySelectorAll('[contenteditable],[role="textbox"],[role="searchbox"],[role="spinbutton"],[role="combobox"]').length)
  time('qsa [contenteditable]', () => document.querySelectorAll('[contenteditable]').length)
  time('qsa iframe,frame', () => document.querySelectorAll('iframe,frame').length)
  time('qsa img[alt], area[alt]', () => document.querySelectorAll('img[alt], area[alt]').length)
  time('byTag inputs', () => { document.documentElement.setAttribute('data-q', Math.random()+''); return document.getElementsByTagName('input').length })
  time('byTag * len', () => document.getElementsByTagName('*').length)
  time('qsa hosts', () => document.querySelectorAll('article,aside,blockquote,body,div,footer,h1,h2,h3,h4,h5,h6,header,main,nav,p,section,span').length)
  time('qsa is hosts empty', () => document.querySelectorAll(':is(article,aside,blockquote,body,div,footer,h1,h2,h3,h4,h5,h6,header,main,nav,p,section,span):empty').length)
  time('ranges 256', () => { const all = document.getElementsByTagName('*'); const r = document.createRange(); const n = all.length; let c = 0; for (let i = 0; i < n; i += 256) { r.setStart(all[i]!, 0); const e = all[i + 256]; if (e) r.setEnd(e, 0); else r.setEnd(document, document.childNodes.length); c += r.toString().length } return c })
  time('body textContent', () => document.body.textContent!.length)
  time('wrappers localName', () => { let c = 0; for (const e of document.querySelectorAll('*')) if (e.localName.includes('-')) c++; return c })
  time('wrappers only', () => { const l = document.querySelectorAll('*'); let c = 0; for (let i = 0; i < l.length; i++) if (l[i]) c++; return c })
  time('shadowRoot', () => { const l = document.querySelectorAll('*'); let c = 0; for (let i = 0; i < l.length; i++) if (l[i]!.shadowRoot) c++; return c })
  time('closedRoot hosts', () => { let c = 0; for (const e of document.querySelectorAll('article,aside,blockquote,body,div,footer,h1,h2,h3,h4,h5,h6,header,main,nav,p,section,span')) if (chrome.dom.openOrClosedShadowRoot(e as HTMLElement)) c++; return c })
  time('texts walk', () => { const w = document.createTreeWalker(document, NodeFilter.SHOW_TEXT); let c = 0; while (w.nextNode()) c++; return c })
  time('nodeIterator comments', () => { const w = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT); let c = 0; while (w.nextNode()) c++; return c })
  time('xpath dash', () => document.evaluate("count(//*[contains(local-name(), '-')])", document, null, XPathResult.NUMBER_TYPE).numberValue)
  return out
}
for (const size of process.argv.slice(2).map(Number)) {
  if (size < 200_000) await page.evaluate(`renderCatalogue(${size})`)
  else await page.evaluate(`(() => { const box = document.createElement('div'); box.hidden = true; for (let i = 0; i < ${size}; i++) box.append(document.createElement('i')); document.body.append(box) })()`)
  console.log(size, JSON.stringify(await run(tests), null, 1))
}
await person.close(); await server.close()
