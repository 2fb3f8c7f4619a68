/**
 * Asks Chromium and our verifier about the same CRX files, as many as are wanted; both have to refuse every changed file and to take every
 * other. `node e2e/crx-agreement.ts --files 5000`; with `--first 2000` it goes on where one that was ended had come to. It writes policies for
 * Chromium, so it takes root, and takes them away again.
 */
import { parseArgs } from 'node:util'
import { changedCrx } from './src/changed-crx.ts'
import { chromiumVerdicts } from './src/chromium-verdicts.ts'
import { disagreements } from './src/crx-disagreements.ts'

/** Files for one browser. */
const AT_ONCE = 500

const { values } = parseArgs({ options: { files: { type: 'string', default: '1000' }, first: { type: 'string', default: '0' } } })
const count = Number(values.files)
const reasons = new Map<string, number>()
const wrong: string[] = []
let genuine = 0
for (let first = Number(values.first); first < count; first += AT_ONCE) {
  const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) => first + index)
  const files = await Promise.all(numbers.map(number => changedCrx(number, count)))
  const verdicts = await chromiumVerdicts(files)
  for (const [reason, times] of verdicts.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + times)
  wrong.push(...disagreements(files, verdicts))
  genuine += files.filter(({ change }) => change === null).length
  console.error(`${first + files.length} of ${count}, ${wrong.length} of them judged wrongly or differently`)
}
console.log(`${count - Number(values.first) - genuine} changed files and ${genuine} genuine ones; Chromium’s reasons:`)
for (const [reason, times] of reasons) console.log(`${String(times).padStart(8)}  ${reason}`)
console.log(wrong.length === 0 ? 'Chromium and our verifier agree on all of them.' : wrong.join('\n'))
process.exitCode = wrong.length === 0 ? 0 : 1
