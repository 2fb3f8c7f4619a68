import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'wxt'
import { drawIcons, ICON_SIZES } from './icons.ts'
import { EXTENSION_KEY } from './src/extension-key.ts'

const icons = Object.fromEntries(ICON_SIZES.map(size => [String(size), `icons/${size}.png`]))

export default defineConfig({
  modules: ['@wxt-dev/module-react'],
  imports: false,
  targetBrowsers: ['chrome'],
  manifest: {
    name: 'Fixpoint',
    description: 'Point at something on a web page, say what is wrong, get it fixed with proof.',
    key: EXTENSION_KEY,
    // For `chrome.permissions.addHostAccessRequest`.
    minimum_chrome_version: '133',
    permissions: ['activeTab', 'scripting', 'sidePanel', 'storage'],
    optional_host_permissions: ['http://*/*', 'https://*/*'],
    // What an organisation can set for its browsers; policies/ writes the values.
    storage: { managed_schema: 'managed-schema.json' },
    icons,
    action: { default_title: 'Fixpoint: point at something', default_icon: icons },
    commands: {
      _execute_action: { suggested_key: { default: 'Alt+Shift+F' }, description: 'Open Fixpoint' },
      point: { suggested_key: { default: 'Alt+Shift+P' }, description: 'Point at something on this page' },
      freeze: { suggested_key: { default: 'Alt+Shift+L' }, description: 'Point, with the page standing still as it is now' }
    },
    // Private windows get their own background and storage, so that nothing of theirs is seen elsewhere.
    incognito: 'split',
    content_security_policy: { extension_pages: "script-src 'self'; object-src 'none'; base-uri 'none'" }
  },
  hooks: {
    'build:done': async (wxt, output) => {
      await drawIcons(join(wxt.config.root, 'icon/fixpoint.svg'), wxt.config.outDir)
      for (const size of ICON_SIZES) output.publicAssets.push({ type: 'asset', fileName: `icons/${size}.png` })
      const { size } = await stat(join(wxt.config.outDir, 'picker.js'))
      wxt.logger.info(`Picker, injected when pointing starts: ${(size / 1_000).toFixed(1)} kB`)
    }
  },
  vite: () => ({
    build: {
      target: 'chrome133',
      rollupOptions: {
        // The protocol has no side effects: in-page scripts that use its text functions must not carry zod along.
        treeshake: { moduleSideEffects: (id: string) => !/[\\/]protocol[\\/]src[\\/]/.test(id) }
      }
    }
  })
})
