import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { PageDraft } from '../draft.ts'
import { fingerprintOf } from '../privacy/stored-masking.ts'
import { completePage } from './complete-page.ts'

const answers = vi.hoisted(() => ({ readConsole: vi.fn() }))
vi.mock('../messages.ts', () => ({ sendMessage: (type: 'readConsole') => answers[type]() }))

const NOTHING = { selectors: [], patterns: [] }
const RULES = { selectors: ['.customer'], patterns: ['KD-\\d{6}'] }

const draft = (masking: string): PageDraft => ({
  tabId: 7,
  revision: 1,
  url: 'https://shop.example/',
  title: 'Shop',
  capturedAt: '2026-11-21T08:00:00.000Z',
  viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
  colorScheme: 'light',
  frameworks: [],
  outline: [],
  picks: [],
  console: [],
  requests: [],
  featureFlags: {},
  masking,
  redactions: {},
  truncated: [],
  problems: []
})

describe('completePage', () => {
  beforeEach(() => {
    answers.readConsole.mockReset().mockResolvedValue({ ok: false, failure: { code: 'internal', message: 'nothing heard' } })
  })

  it('sends what was captured with the rules that the project has', async () => {
    const page = draft(fingerprintOf(RULES))
    expect(await completePage(page, RULES)).toBe(page)
    expect(answers.readConsole).toHaveBeenCalledOnce()
  })

  it.each([
    ['before the rules were known', NOTHING, RULES],
    ['with fewer rules', { ...RULES, patterns: [] }, RULES],
    ['with rules that the project has no more', RULES, NOTHING]
  ])('refuses what was captured %s', async (_, before, now) => {
    await expect(completePage(draft(fingerprintOf(before)), now)).rejects.toMatchObject({ code: 'masking_rules_changed' })
    expect(answers.readConsole).not.toHaveBeenCalled()
  })

  it('asks nothing of pages without a project', async () => {
    expect(await completePage(draft(fingerprintOf(RULES)), null)).toMatchObject({ title: 'Shop' })
    expect(await completePage(null, RULES)).toBeNull()
  })
})
