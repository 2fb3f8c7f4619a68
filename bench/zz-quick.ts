import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../e2e/src/server-process.ts'
import { Person } from '../extension/tests/person.ts'
import { CaptureBench, servePage } from './zz-capture.ts'
const sizes = process.argv.slice(2).map(Number)
const server = await servePage()
const person = await Person.start({ extensionFolder: join(ROOT, 'extension', '.output', 'chrome-mv3') })
const med = (v: number[]) => v.toSorted((a, b) => a - b)[Math.floor(v.length / 2)] ?? 0
for (const size of sizes) {
  const { page, tabId } = await person.open(server.address)
  await page.evaluate(`renderCatalogue(${size})`)
  const b: any = await CaptureBench.prepare(person, page, tabId)
  const busyOurs: number[] = [], busyPeer: number[] = [], longest: number[] = []
  for (let i = 0; i < 6; i++) {
    let t = await b._taskDuration(); const json = await b._ours(); const o = (await b._taskDuration()) - t
    t = await b._taskDuration(); await page.evaluate(`peers['rrweb-snapshot']()`); const p = (await b._taskDuration()) - t
    const l = await b._longestTask(() => b._ours())
    if (i > 0) { busyOurs.push(o); busyPeer.push(p); longest.push(l) }
  }
  console.log(size, 'ours', med(busyOurs).toFixed(1), 'rrweb', med(busyPeer).toFixed(1), 'ratio', (med(busyOurs) / med(busyPeer)).toFixed(3), 'longest', longest.map(x => x.toFixed(1)).join(' '))
  const s = b._session
  await s.send('Profiler.enable'); await s.send('Profiler.setSamplingInterval', { interval: 200 }); await s.send('Profiler.start')
  for (let i = 0; i < 5; i++) await b._ours()
  const { profile } = await s.send('Profiler.stop')
  const self = new Map<string, number>()
  const byId = new Map(profile.nodes.map((n: any) => [n.id, n]))
  profile.samples.forEach((id: number, i: number) => { const n: any = byId.get(id); const f = n.callFrame; const k = `${f.functionName || '(anon)'} ${f.url.split('/').pop()}:${f.lineNumber}:${f.columnNumber}`; self.set(k, (self.get(k) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000 / 5) })
  console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 28).map(([k, v]) => `   ${v.toFixed(2)} ms ${k}`).join('\n'))
  writeFileSync('/tmp/cap.cpuprofile', JSON.stringify(profile))
}
await person.close(); await server.close()
