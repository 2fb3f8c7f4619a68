/**
 * A real Chromium under real policy. Policies are the machine's, so the file is there for as short a time as can be, and goes away
 * whatever happens. Chromium takes policies from its folder when it starts.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type BrowserContext, chromium, type Page } from 'playwright'
import { z } from 'zod'
import { ExtensionBrowser } from './chromium.ts'

/** Where Chromium reads policies on Linux. */
export const POLICY_FOLDER = '/etc/chromium/policies/managed'
const FILE_PREFIX = 'fixpoint-e2e-'

/** Writes a policy file. @returns what takes it away again */
export function writePolicy(text: string): () => void {
  const isOwnFolder = !existsSync(POLICY_FOLDER)
  mkdirSync(POLICY_FOLDER, { recursive: true })
  // What a run that was killed has left behind.
  for (const name of readdirSync(POLICY_FOLDER)) if (name.startsWith(FILE_PREFIX)) rmSync(join(POLICY_FOLDER, name))
  const path = join(POLICY_FOLDER, `${FILE_PREFIX}${process.pid}.json`)
  const remove = () => {
    rmSync(path, { force: true })
    if (isOwnFolder) rmSync(POLICY_FOLDER, { recursive: true, force: true })
    process.off('exit', remove)
  }
  process.on('exit', remove)
  writeFileSync(path, text)
  return remove
}

const extensionsSchema = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    state: z.string(),
    /** Whether a policy keeps the person from removing it. */
    mustRemainInstalled: z.boolean(),
    runtimeErrors: z.array(z.unknown()),
    manifestErrors: z.array(z.unknown())
  })
)

export class ManagedBrowser {
  readonly #context: BrowserContext
  readonly #profile: string
  readonly #page: Page
  readonly #extensions: Page

  private constructor(context: BrowserContext, profile: string, page: Page, extensions: Page) {
    this.#context = context
    this.#profile = profile
    this.#page = page
    this.#extensions = extensions
  }

  /** @param switches of the browser, besides those that each has */
  static async launch(switches: readonly string[] = []): Promise<ManagedBrowser> {
    return ManagedBrowser.#open(mkdtempSync(join(tmpdir(), 'fixpoint-managed-')), switches)
  }

  static async #open(profile: string, switches: readonly string[]): Promise<ManagedBrowser> {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium',
      headless: true,
      // Playwright turns off what a managed browser does: load extensions, and fetch in the background.
      ignoreDefaultArgs: [
        '--disable-extensions',
        '--disable-component-extensions-with-background-pages',
        '--disable-background-networking',
        '--disable-default-apps'
      ],
      args: ['--no-sandbox', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic', ...switches]
    })
    const page = await context.newPage()
    const extensions = await context.newPage()
    await extensions.goto('chrome://extensions')
    return new ManagedBrowser(context, profile, page, extensions)
  }

  /** What the browser itself says of all extensions that it has. */
  async extensions() {
    const all: unknown = await this.#extensions.evaluate('new Promise(done => chrome.developerPrivate.getExtensionsInfo({}, done))')
    return extensionsSchema.parse(all)
  }

  /** The same of one; undefined where it has none. */
  async extension(id: string) {
    return (await this.extensions()).find(extension => extension.id === id)
  }

  /** The browser as a person uses it with an extension that it has. */
  withExtension(id: string): Promise<ExtensionBrowser> {
    return ExtensionBrowser.attach(this.#context, id, this.#profile)
  }

  /** The attributes that the extension's content script leaves on a page that is opened now. */
  async attributesOn(url: string): Promise<Record<string, string>> {
    await this.#page.goto(url)
    // The script runs before the page is idle, and asks Chrome for its settings.
    await this.#page.waitForTimeout(300)
    return z.record(z.string(), z.string()).parse(await this.#page.evaluate('({ ...document.documentElement.dataset })'))
  }

  /** What the button “Update” of chrome://extensions does; it ends when everything that was offered is installed or refused. */
  async updateNow(): Promise<void> {
    await this.#extensions.evaluate('new Promise(done => chrome.developerPrivate.autoUpdate(() => done()))')
  }

  /** Closes the browser and starts it again on the same profile. */
  async restart(): Promise<ManagedBrowser> {
    await this.#context.close()
    return ManagedBrowser.#open(this.#profile, [])
  }

  async close(): Promise<void> {
    await this.#context.close()
    rmSync(this.#profile, { recursive: true, force: true })
  }
}

/** Waits until something holds. @throws Error naming it after a minute and a half */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await holds()) return
    await delay(300)
  }
  throw new Error(`It did not come about that ${what}.`)
}
