/**
 * An administrator writes the files for Linux, puts them where Chromium reads them and looks at chrome://policy. The same page is
 * then asked what it thinks of wrong files, so that our linter is never milder than the browser.
 *
 * The picture of chrome://policy stays in `.fixpoint/artifacts/policies/`; FIXPOINT_KEEP_PICTURES=docs/pictures also puts it where the
 * admin guide has it.
 */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ExtensionBrowser } from './src/chromium.ts'
import { ManagedFolder } from './src/managed-folder.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { ROOT } from './src/server-process.ts'

const EXTENSION_FOLDER = join(ROOT, 'extension', '.output', 'chrome-mv3')
const ID = 'dmlpgeomecbdojbpnbhejhlgpnojgldc'
const ADDRESS = 'https://updates.example.com/rings/all/update'
const POLICY_FILE = 'fixpoint-chrome-policy.json'

/** What chrome://policy says of a policy that is set. */
const rowSchema = z.object({ name: z.string(), value: z.string(), level: z.string(), status: z.string(), messages: z.array(z.string()) })
type PolicyRow = z.infer<typeof rowSchema>

const lintSchema = z.object({ findings: z.array(z.object({ code: z.string(), severity: z.string() })) })

let folder: ManagedFolder
let work: string
let context: BrowserContext
let page: Page
const album = new PictureAlbum('policies', process.env['FIXPOINT_KEEP_PICTURES'])

beforeAll(async () => {
  folder = await ManagedFolder.borrow()
  work = mkdtempSync(join(tmpdir(), 'fixpoint-policies-'))
  await folder.put(POLICY_FILE, '{}')
  context = await chromium.launchPersistentContext(join(work, 'profile'), {
    executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1_280, height: 640 },
    ignoreDefaultArgs: ['--disable-extensions'],
    args: ['--no-sandbox', '--disable-gpu']
  })
  page = await context.newPage()
  await page.goto('chrome://policy')
})

afterAll(async () => {
  try {
    await context?.close()
  } finally {
    await folder?.giveBack()
    if (work) rmSync(work, { recursive: true, force: true })
  }
})

function policies(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [join(ROOT, 'policies/src/cli/main.ts'), ...args],
      { env: { ...process.env, INIT_CWD: work } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
      }
    )
  })
}

/** Puts the file in place and reads the page again until Chromium shows what is in it. */
async function shownFor(content: string): Promise<PolicyRow[]> {
  await folder.put(POLICY_FILE, content)
  const names = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(content))).filter(name => name !== '3rdparty')
  for (;;) {
    await page.getByRole('button', { name: 'Reload policies' }).click()
    const rows = await setPolicies()
    if (rows.length === names.length && sameValues(rows, content)) return rows
    await page.waitForTimeout(250)
  }
}

function sameValues(rows: readonly PolicyRow[], content: string): boolean {
  const file = z.record(z.string(), z.json()).parse(JSON.parse(content))
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, inner) =>
      isDictionary(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner
    )
  return rows.every(({ name, value }) => sorted(JSON.parse(value)) === sorted(file[name]))
}

function isDictionary(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The rows that are not “Not set.”, from the page's own elements. */
async function setPolicies(rowsOnPage: Locator = page.locator('policy-row')): Promise<PolicyRow[]> {
  const rows = await rowsOnPage.evaluateAll(elements =>
    elements.flatMap(element => {
      const text = (selector: string) => element.shadowRoot?.querySelector(selector)?.textContent?.trim() ?? ''
      const status = text('.policy.row .messages')
      if (status === 'Not set.') return []
      const messages = ['.errors', '.warnings', '.infos'].map(kind => text(`${kind}.row .value`)).filter(message => message !== '')
      return [{ name: text('#name'), value: text('.value.row .value'), level: text('.level.row .value'), status, messages }]
    })
  )
  return z.array(rowSchema).parse(rows)
}

/** The file that the example gives Chromium on Linux. */
async function generatedFile(): Promise<string> {
  const generated = await policies('generate', '--config', join(ROOT, 'policies/examples/two-groups.json'), '--out', 'out')
  expect(generated).toMatchObject({ code: 0, stderr: '' })
  return readFileSync(join(work, 'out/pilot/linux/etc/chromium/policies/managed/fixpoint.json'), 'utf8')
}

test('the generated file is accepted by Chromium: every policy is OK, without warnings and conflicts', async () => {
  const file = await generatedFile()
  const rows = await shownFor(file)
  expect(rows.map(({ name, level, status, messages }) => ({ name, level, status, messages }))).toEqual([
    { name: 'ExtensionInstallForcelist', level: 'Mandatory', status: 'OK', messages: [] },
    { name: 'ExtensionSettings', level: 'Mandatory', status: 'OK', messages: [] }
  ])
  expect(JSON.parse(rows[1]?.value ?? '{}')).toMatchObject({
    [ID]: { installation_mode: 'force_installed', override_update_url: true, toolbar_pin: 'force_pinned' }
  })
  album.add('chrome-policy', await page.locator('policy-table').first().screenshot())
})

interface WrongFile {
  what: string
  file: object
  code: string
  /** What Chromium calls it; `OK` where it says nothing and only the linter does. */
  chromium: 'Error' | 'Warning' | 'OK'
}

const extension = (settings: object) => ({ ExtensionSettings: { [ID]: settings } })

describe('a wrong file is told by the linter, whether or not Chromium says something', () => {
  test.each<WrongFile>([
    {
      what: 'a host pattern with a path',
      file: extension({ runtime_allowed_hosts: ['https://a.example.com/x'] }),
      code: 'policy_pattern',
      chromium: 'Error'
    },
    {
      what: 'a host pattern with a star inside',
      file: extension({ runtime_blocked_hosts: ['https://a*b.example.com'] }),
      code: 'policy_pattern',
      chromium: 'Error'
    },
    {
      what: '101 host patterns',
      file: extension({ runtime_allowed_hosts: Array.from({ length: 101 }, (_, index) => `https://h${index}.example.com`) }),
      code: 'policy_limit',
      chromium: 'Error'
    },
    { what: 'no address', file: extension({ installation_mode: 'force_installed' }), code: 'policy_value', chromium: 'Error' },
    { what: 'an unknown mode', file: extension({ installation_mode: 'forced' }), code: 'policy_value', chromium: 'Error' },
    { what: 'a string for a flag', file: extension({ override_update_url: 'true' }), code: 'policy_value', chromium: 'Error' },
    { what: 'an unknown field', file: extension({ pinned_version: '1' }), code: 'policy_value', chromium: 'Warning' },
    { what: 'Edge’s name of a field', file: extension({ toolbar_state: 'force_shown' }), code: 'policy_value', chromium: 'Warning' },
    {
      what: 'everything forced',
      file: { ExtensionSettings: { '*': { installation_mode: 'force_installed', update_url: ADDRESS } } },
      code: 'policy_conflict',
      chromium: 'Error'
    },
    {
      what: 'an id that is none',
      file: { ExtensionSettings: { abc: { installation_mode: 'blocked' } } },
      code: 'extension_id_invalid',
      chromium: 'Warning'
    },
    {
      what: 'an id in the list that is none',
      file: { ExtensionInstallForcelist: [`abc;${ADDRESS}`] },
      code: 'extension_id_invalid',
      chromium: 'Error'
    },
    {
      what: 'an address that is none',
      file: { ExtensionInstallForcelist: [`${ID};updates`] },
      code: 'update_url_insecure',
      chromium: 'Error'
    },
    { what: 'a wrong name', file: { ExtensionInstallForceList: [] }, code: 'policy_value', chromium: 'Error' },
    { what: 'an entry without an address', file: { ExtensionInstallForcelist: [ID] }, code: 'forcelist_format', chromium: 'OK' },
    {
      what: 'an address with http',
      file: { ExtensionInstallForcelist: [`${ID};http://updates.example.com/u`] },
      code: 'update_url_insecure',
      chromium: 'OK'
    },
    {
      what: 'blocked and forced',
      file: { ExtensionInstallForcelist: [`${ID};${ADDRESS}`], ExtensionInstallBlocklist: [ID] },
      code: 'policy_conflict',
      chromium: 'OK'
    }
  ])('$what: $code, Chromium says $chromium', async ({ file, code, chromium: expected }) => {
    const content = JSON.stringify(file)
    const rows = await shownFor(content)
    const found = rows.map(({ status }) => status).find(status => status !== 'OK') ?? 'OK'
    expect(found).toBe(expected)

    const linted = await policies('lint', `/etc/chromium/policies/managed/${POLICY_FILE}`, '--json')
    expect(linted.code).toBe(1)
    expect(lintSchema.parse(JSON.parse(linted.stdout)).findings).toContainEqual({ code, severity: 'error' })
  })
})

describe('the extension in a managed browser', () => {
  /**
   * Only the settings: an extension that policy installs by force comes from the update server alone, and Chromium refuses the one
   * on the command line. e2e/managed-browser.test.ts installs by policy.
   */
  async function openWelcome(file: string): Promise<{ browser: ExtensionBrowser; welcome: Page }> {
    const { '3rdparty': settings } = z.record(z.string(), z.unknown()).parse(JSON.parse(file))
    await folder.put(POLICY_FILE, JSON.stringify(settings === undefined ? {} : { '3rdparty': settings }))
    const browser = await ExtensionBrowser.launch({
      extensionFolder: EXTENSION_FOLDER,
      keepWelcomePage: true,
      window: { width: 1_280, height: 760 }
    })
    const welcome = browser.context.pages().find(one => one.url().endsWith('/welcome.html'))
    if (welcome === undefined) throw new Error('The welcome page has not opened.')
    return { browser, welcome }
  }

  test('has the server set: the person is asked for a code and nothing else', async () => {
    const { browser, welcome } = await openWelcome(await generatedFile())
    try {
      expect(browser.extensionId).toBe(ID)
      await welcome.getByText('Your organisation has set the server').waitFor()
      expect(await welcome.evaluate('chrome.storage.managed.get()')).toEqual({
        serverUrl: 'https://fixpoint.example.com',
        ring: 'canary',
        projects: ['shop', 'checkout']
      })
      expect(await welcome.getByRole('textbox').count()).toBe(1)
      album.add('managed-pairing', await welcome.screenshot())

      const policyPage = await browser.context.newPage()
      await policyPage.goto('chrome://policy')
      const table = policyPage.locator('policy-table').filter({ hasText: 'Fixpoint' })
      await table.getByText('serverUrl').first().waitFor()
      const rows = await setPolicies(table.locator('policy-row'))
      expect(rows.map(({ name, status, messages }) => ({ name, status, messages })).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
        [
          { name: 'projects', status: 'OK', messages: [] },
          { name: 'ring', status: 'OK', messages: [] },
          { name: 'serverUrl', status: 'OK', messages: [] }
        ]
      )
      album.add('chrome-policy-extension', await table.screenshot())
    } finally {
      await browser.close()
    }
  })

  test('is as ever where nobody manages the browser', async () => {
    const { browser, welcome } = await openWelcome('{}')
    try {
      await welcome.getByLabel('Pairing link').waitFor()
      expect(await welcome.evaluate('chrome.storage.managed.get()')).toEqual({})
      expect(await welcome.getByText('Your organisation').count()).toBe(0)
    } finally {
      await browser.close()
    }
  })
})
