import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packSample, sampleId } from '../src/testing/sample-extension.ts'
import { startTestServer, type TestServer, TOKENS } from '../src/testing/test-server.ts'

/** Where pictures of the page go, for people to look at; none are made where it is not set. */
const PICTURES = process.env['FIXPOINT_PICTURES']

let server: TestServer
let browser: Browser
const dashboardFolder = mkdtempSync(join(tmpdir(), 'fixpoint-dashboard-'))

beforeAll(async () => {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'build.ts'), dashboardFolder])
  server = await startTestServer({ dashboardFolder })
  const manifest = { update_url: `${server.url}/update` }
  for (const version of ['1.4.0', '1.5.0']) {
    await server.publish(version, await packSample({ version, manifest }))
    await server.approve(version)
    for (const ring of ['early', 'all']) await server.promote(version, ring)
  }
  const crx = await packSample({ version: '1.6.0', manifest: { ...manifest, permissions: ['storage', 'tabs'] } })
  await server.publish('1.6.0', crx, '?acceptPermission=tabs')
  await server.ask('grace', 'POST', `/api/releases/${sampleId}/1.6.0/approval`, { acceptedPermissions: ['tabs'] })
  await server.promote('1.6.0', 'early', 20)
  await server.publish('1.7.0', await packSample({ version: '1.7.0', manifest }))
  const polls = {
    canary: ['1.6.0', '1.5.0', '1.6.0', '0.0.0.0'],
    early: ['1.5.0', '1.5.0', '1.6.0'],
    all: ['1.5.0', '1.4.0', '1.5.0', '1.5.0', '0.3']
  }
  for (const [ring, versions] of Object.entries(polls)) {
    for (const version of versions)
      await fetch(`${server.url}/rings/${ring}/update?x=${encodeURIComponent(`id=${sampleId}&v=${version}&uc`)}`)
  }
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(dashboardFolder, { recursive: true, force: true })
})

/** The dashboard in a window of its own; whatever the page's policy stops or its code throws is kept. */
async function open(
  options: { width?: number; colorScheme?: 'light' | 'dark'; url?: string } = {}
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1_200, height: 900 },
    colorScheme: options.colorScheme ?? 'light'
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', message => {
    // Chromium writes every refused request there; those are looked at where they matter.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  await page.goto(options.url ?? server.url)
  return { page, faults }
}

async function signIn(page: Page, person: keyof typeof TOKENS): Promise<void> {
  await page.getByLabel('Your token').fill(TOKENS[person])
  await page.getByRole('button', { name: 'Show the rings' }).click()
}

const ringOf = (page: Page, name: string) => page.getByRole('article', { name: `Ring ${name}` })

async function take(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

describe('the dashboard', () => {
  it('shows nothing to somebody without a token', async () => {
    const { page, faults } = await open()
    await take(page, 'sign-in')
    await page.getByLabel('Your token').fill('wrong')
    await page.getByRole('button', { name: 'Show the rings' }).click()
    await page.getByRole('alert').getByText('The token is not one of this server’s.').waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('shows what each ring offers, who asks, and every release', async () => {
    const { page, faults } = await open()
    await signIn(page, 'visitor')
    await ringOf(page, 'canary').getByText('Offered to all').waitFor()
    const text = async (name: string) =>
      (await ringOf(page, name).locator('.badge, p, .seen-version, .seen-count').allTextContents()).join(' ')
    expect(await text('canary')).toMatch(/1\.6\.0 Every browser of the ring.*1\.6\.0 2.*1\.5\.0 1.*not installed 1/)
    expect(await text('early')).toMatch(/Offered to 20 % 1\.6\.0 The others are offered 1\.5\.0/)
    expect(await text('all')).toMatch(/1\.5\.0 3.*1\.4\.0 1.*unknown 1/)
    expect(await page.getByRole('row', { name: /1\.7\.0/ }).textContent()).toContain('Waits for a second person')
    expect(await page.getByRole('row', { name: /1\.6\.0/ }).textContent()).toContain('New permissions: tabs')
    await take(page, 'rings-light')
    expect(faults).toEqual([])
  })

  it('halts a ring when that is confirmed with a reason, and resumes it', async () => {
    const { page, faults } = await open({ colorScheme: 'dark' })
    await signIn(page, 'ada')
    await ringOf(page, 'canary').getByRole('button', { name: 'Halt …' }).click()
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Halt canary' })
    expect(await confirm.isDisabled()).toBe(true)
    await take(page, 'halt-dark')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await ringOf(page, 'canary').getByText('Offered to all').waitFor()

    await ringOf(page, 'canary').getByRole('button', { name: 'Halt …' }).click()
    await dialog.getByLabel('Why').fill('Prices vanish on the basket page')
    await confirm.click()
    await ringOf(page, 'canary').getByText('Prices vanish on the basket page').waitFor()
    await take(page, 'halted-dark')
    const { body } = await server.ask('visitor', 'GET', '/api/audit')
    expect(JSON.stringify(body)).toContain('Prices vanish on the basket page')

    await ringOf(page, 'canary').getByRole('button', { name: 'Resume …' }).click()
    await dialog.getByRole('button', { name: 'Resume canary' }).click()
    await ringOf(page, 'canary').getByText('Offered to all').waitFor()
    expect(faults).toEqual([])
  })

  it('says what the server says against it', async () => {
    const { page } = await open()
    await signIn(page, 'visitor')
    await ringOf(page, 'all').getByRole('button', { name: 'Halt …' }).click()
    await page.getByLabel('Why').fill('x')
    await page.getByRole('button', { name: 'Halt all' }).click()
    await page.getByRole('dialog').getByText('visitor may not do this; it takes publisher or approver.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await ringOf(page, 'all').getByText('Offered to all').waitFor()
  })

  it('fits a narrow window', async () => {
    const { page } = await open({ width: 380 })
    await signIn(page, 'visitor')
    await ringOf(page, 'canary').waitFor()
    await take(page, 'rings-narrow')
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
  })

  it('says so where there is nothing yet, and where the server is away, and holds what is long', async () => {
    const empty = await startTestServer({ dashboardFolder })
    const { page, faults } = await open({ width: 380, url: empty.url })
    try {
      await signIn(page, 'ada')
      await ringOf(page, 'canary').getByText('No release has been promoted here.').waitFor()
      await page.getByText('Nothing has been published yet.').waitFor()
      await take(page, 'empty-narrow')
      await empty.ask('ada', 'POST', `/api/rings/${sampleId}/canary/halt`, {
        reason: `${'unbroken'.repeat(20)} ${'and on it goes '.repeat(20)}`
      })
      await ringOf(page, 'canary').getByText('and on it goes').waitFor()
      await take(page, 'long-narrow')
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      await empty.stop()
      await page.getByRole('alert').getByText('What is shown is from before.').waitFor()
      await take(page, 'away-narrow')
      await empty.restart()
      await page.getByRole('alert').waitFor({ state: 'hidden' })
      expect(faults).toEqual([])
    } finally {
      await empty.close()
    }
  })

  it('runs no code but its own', async () => {
    const { page } = await open()
    const response = await fetch(server.url)
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'"
    )
    // A script in the page that is not a file of the server is stopped by the policy.
    await page.evaluate(
      `(() => { const script = document.createElement('script'); script.textContent = 'window.strange = 1'; document.head.append(script) })()`
    )
    expect(await page.evaluate('window.strange')).toBeUndefined()
  })
})
