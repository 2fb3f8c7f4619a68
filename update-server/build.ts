/** Builds the dashboard: the page, one script, one style sheet. The argument is where it goes; `dist/dashboard` without one. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { DASHBOARD_FOLDER } from './src/serve.ts'

const outdir = process.argv[2] ?? DASHBOARD_FOLDER
const source = join(import.meta.dirname, 'src', 'dashboard')

/** Zod brings its messages in some sixty languages; only English is used. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  }
}

await build({
  entryPoints: [
    { in: join(source, 'main.tsx'), out: 'dashboard' },
    { in: join(source, 'dashboard.css'), out: 'dashboard' }
  ],
  outdir,
  bundle: true,
  format: 'esm',
  target: 'es2024',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [englishOnly],
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning'
})
await mkdir(outdir, { recursive: true })
await copyFile(join(source, 'index.html'), join(outdir, 'index.html'))
