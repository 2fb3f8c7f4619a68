/**
 * The files of `apps/large` that are like each other, written anew each time: features that are loaded when they are shown, tiles that are
 * all loaded at once, and their texts. Components of the same names are in hundreds of files, as they are in large applications.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PAGES_FOLDER } from './pages-process.ts'

const FEATURES = 500
const TILES = 1_000

const source = join(PAGES_FOLDER, 'apps', 'large', 'packages', 'app', 'src')

export function writeLargeApp(): void {
  for (const folder of ['features', 'tiles', 'locales']) {
    rmSync(join(source, folder), { recursive: true, force: true })
    mkdirSync(join(source, folder), { recursive: true })
  }
  const numbers = Array.from({ length: FEATURES }, (_, index) => String(index).padStart(4, '0'))
  for (const number of numbers) writeFeature(number)
  write(
    'features/index.ts',
    `export const features = {\n${numbers.map(number => `  f${number}: () => import('./f${number}/Screen')`).join(',\n')}\n}\n`
  )
  const texts = Object.fromEntries(
    numbers.map(number => [`f${number}`, { title: `Report ${words(Number(number))}`, hint: 'Choose a row' }])
  )
  write('locales/en.json', `${JSON.stringify(texts, null, 2)}\n`)
  writeTiles()
}

function writeFeature(number: string): void {
  const folder = `features/f${number}`
  mkdirSync(join(source, folder, 'parts'), { recursive: true })
  write(
    `${folder}/Screen.tsx`,
    `import { Panel } from '@large/ui'
import { useTranslation } from 'react-i18next'
import { rows } from './model'
import { Row } from './parts/Row'

export default function Screen(_properties: { at: string }) {
  const { t } = useTranslation()
  return (
    <Panel title="Feature ${Number(number)}" at="panel-${number}">
      <p data-at="title-${number}">{t('f${number}.title')}</p>
      {rows.slice(0, 3).map(row => (
        <Row key={row.id} name={row.name} at="row-in-${number}" />
      ))}
    </Panel>
  )
}
`
  )
  write(
    `${folder}/parts/Row.tsx`,
    `import { Pill } from '@large/ui'
import styles from './Row.module.css'

export function Row({ name }: { name: string; at: string }) {
  return (
    <div className={styles.row}>
      <b className={styles.name} data-at="row-${number}">
        {name}
      </b>
      <Pill title="State" at="pill-in-${number}">
        ready
      </Pill>
    </div>
  )
}
`
  )
  write(`${folder}/parts/Row.module.css`, '.row {\n  padding: 4px;\n}\n.name {\n  color: teal;\n}\n')
  const rows = Array.from({ length: 40 }, (_, index) => `  { id: '${number}-${index}', name: 'Row ${words(Number(number) * 40 + index)}' }`)
  write(`${folder}/model.ts`, `export const rows = [\n${rows.join(',\n')}\n]\n`)
}

function writeTiles(): void {
  const numbers = Array.from({ length: TILES }, (_, index) => String(index).padStart(4, '0'))
  for (const number of numbers) {
    write(
      `tiles/Tile${number}.tsx`,
      `export function Tile${number}(_properties: { at: string }) {\n  return <i className="tile" data-at="tile-${number}">Tile of ${words(Number(number))}</i>\n}\n`
    )
  }
  const imports = numbers.map(number => `import { Tile${number} } from './Tile${number}'`)
  const tags = numbers.map(number => `      <Tile${number} at="in-tiles-${number}" />`)
  write(
    'tiles/Tiles.tsx',
    `${imports.join('\n')}\n\nexport function Tiles(_properties: { at: string }) {\n  return (\n    <div>\n${tags.join('\n')}\n    </div>\n  )\n}\n`
  )
}

const WORDS = ['amber', 'birch', 'cedar', 'dune', 'elm', 'fjord', 'grove', 'heath', 'iris', 'jade']

/** Another text for each number. */
function words(number: number): string {
  return [...String(number)].map(digit => WORDS[Number(digit)]).join(' ')
}

function write(path: string, text: string): void {
  writeFileSync(join(source, path), text)
}
