import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const room = dirname(import.meta.filename)

/**
 * Loads Node's own modules when the module that imports them is evaluated, not when the file is: as imports they would all move
 * to the top of the file and take half of the time to the first answer.
 */
const lateBuiltins: Plugin = {
  name: 'late-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin', sideEffects: false }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: 'js'
    }))
  }
}

/** Zod brings its messages in some sixty languages; only English is used. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  }
}

/** Leaves out the parts of the protocol that sandboxd does not use: their schemas would be made at every start. */
const pureProtocol: Plugin = {
  name: 'pure-protocol',
  setup: ({ onResolve, resolve }) => {
    onResolve({ filter: /^(?:@fixpoint\/protocol|\.)/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === pureProtocol || options.kind === 'entry-point') return undefined
      const resolved = await resolve(path, { ...options, pluginData: pureProtocol })
      return resolved.path.includes('/protocol/src/') ? { ...resolved, sideEffects: false } : undefined
    })
  }
}

/** Where it goes: the argument, or `dist`. */
const outfile = process.argv[2] ?? join(room, 'dist', 'sandboxd.mjs')

/**
 * One file, so that the image needs nothing but it and Playwright. What is imported later in the source is also evaluated later
 * here; `sandboxd serve` depends on that for its start.
 */
await build({
  entryPoints: [join(room, 'src', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: ['playwright-core'],
  plugins: [lateBuiltins, englishOnly, pureProtocol],
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning'
})
