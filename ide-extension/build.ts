import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { messagesOf } from './messages-of.ts'

const room = dirname(import.meta.filename)
/** What is in the VSIX, and in the sandbox image. */
const folder = join(room, 'dist', 'vsix')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const common = { bundle: true, target: 'es2024', minify: true, legalComments: 'linked', logLevel: 'warning' } as const
await Promise.all([
  // One file for the extension host of Node and the one in a browser's worker: it asks nothing of either.
  build({
    ...common,
    entryPoints: [join(room, 'src', 'extension.ts')],
    outfile: join(folder, 'extension.js'),
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['browser', 'import', 'default'],
    external: ['vscode']
  }),
  build({
    ...common,
    entryPoints: [join(room, 'src', 'webview', 'main.tsx')],
    outfile: join(folder, 'webview.js'),
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' }
  })
])
const { version }: { version: string } = JSON.parse(readFileSync(join(room, 'package.json'), 'utf8'))
const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(room, 'manifest', 'package.json'), 'utf8'))
cpSync(join(room, 'manifest'), folder, { recursive: true })
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
cpSync(join(room, '..', 'LICENSE'), join(folder, 'LICENSE'))
mkdirSync(join(folder, 'l10n'))
const messages = await messagesOf(join(room, 'src'), join(room, '..', 'ui', 'src', 'strings.ts'))
writeFileSync(join(folder, 'l10n', 'bundle.l10n.json'), `${JSON.stringify(messages, null, 2)}\n`)

if (process.argv.includes('--pack')) {
  const { createVSIX } = await import('@vscode/vsce')
  await createVSIX({ cwd: folder, packagePath: join(room, 'dist', `fixpoint-${version}.vsix`), dependencies: false })
}
