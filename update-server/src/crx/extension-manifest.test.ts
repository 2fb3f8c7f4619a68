import { describe, expect, it } from 'vitest'
import { parseExtensionManifest, permissionsOf } from './extension-manifest.ts'

const permissions = (fields: object) =>
  permissionsOf(parseExtensionManifest(JSON.stringify({ manifest_version: 3, name: 'Sample', version: '1', ...fields })))

describe('permissionsOf', () => {
  it.each([
    ['permissions', { permissions: ['tabs', 'storage', 'tabs'] }, ['storage', 'tabs']],
    ['hosts', { host_permissions: ['<all_urls>'] }, ['<all_urls>']],
    ['hosts of content scripts', { content_scripts: [{ matches: ['https://a.example/*'], js: ['a.js'] }] }, ['https://a.example/*']],
    ['optional ones', { optional_permissions: ['tabs'], optional_host_permissions: ['*://*/*'] }, ['optional *://*/*', 'optional tabs']],
    ['developer tools', { devtools_page: 'devtools.html' }, ['devtools_page']],
    [
      'pages of the browser',
      { chrome_url_overrides: { newtab: 'a.html', history: 'b.html' } },
      ['chrome_url_overrides history', 'chrome_url_overrides newtab']
    ],
    [
      'settings of the browser',
      { chrome_settings_overrides: { homepage: 'https://a.example', startup_pages: ['https://b.example'] } },
      ['chrome_settings_overrides homepage "https://a.example"', 'chrome_settings_overrides startup_pages ["https://b.example"]']
    ],
    [
      'who may talk to it',
      { externally_connectable: { ids: ['*'], matches: ['https://*.example.com/*'] } },
      ['externally_connectable extension *', 'externally_connectable https://*.example.com/*']
    ],
    [
      'who may load its files',
      {
        web_accessible_resources: [
          { resources: ['a.js'], matches: ['https://a.example/*'] },
          { resources: ['b.js'], extension_ids: ['*'] }
        ]
      },
      ['web_accessible_resources extension *', 'web_accessible_resources https://a.example/*']
    ],
    ['speech and input', { tts_engine: { voices: [] }, input_components: [] }, ['input_components', 'tts_engine']],
    ['nothing that gives no access', { action: {}, icons: {}, options_ui: { page: 'a.html' }, side_panel: { default_path: 'b.html' } }, []]
  ])('names %s', (_what, fields, expected) => expect(permissions(fields)).toEqual(expected))

  it('cannot be told a form that it does not know', () => {
    for (const fields of [
      { externally_connectable: { matches: 'https://*/*' } },
      { devtools_page: ['a.html'] },
      { chrome_url_overrides: [] }
    ])
      expect(() => permissions(fields)).toThrow(expect.objectContaining({ code: 'crx_manifest_invalid' }))
  })
})
