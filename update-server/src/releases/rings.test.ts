import { FixpointError } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import type { UpdateEvent } from '../ledger/events.ts'
import { decideApproval, decideHalt, decidePromotion, decideResumption } from './decisions.ts'
import { chooseOffer } from './offer.ts'
import { EMPTY_STATE, reduceEntry, type UpdatesState } from './state.ts'

const extensionId = 'a'.repeat(32)
const rings = ['canary', 'early', 'all']

/** Releases and rings as a person goes about them; the events are what a server would have written. */
class Story {
  state: UpdatesState = EMPTY_STATE

  #happen(who: string, events: UpdateEvent[]): this {
    this.state = reduceEntry(this.state, { who, at: '2026-11-21T10:00:00.000Z', events })
    return this
  }

  publish(version: string, facts: Partial<Extract<UpdateEvent, { type: 'release.published' }>> = {}): this {
    const event: UpdateEvent = {
      type: 'release.published',
      extensionId,
      version,
      sha256: version,
      size: 1,
      minimumChromeVersion: null,
      permissions: [],
      addedPermissions: [],
      rollbackOf: null,
      ...facts
    }
    return this.#happen('ada', [event])
  }

  approve(version: string, acceptedPermissions: string[] = [], who = 'grace'): this {
    return this.#happen(who, decideApproval(this.state, { extensionId, rings, version, who, acceptedPermissions }))
  }

  promote(version: string, ring: string, percentage = 100): this {
    return this.#happen('ada', decidePromotion(this.state, { extensionId, rings, ring, version, percentage }))
  }

  halt(ring: string): this {
    return this.#happen('ada', decideHalt(this.state, { extensionId, rings, ring, reason: 'it is bad' }))
  }

  resume(ring: string): this {
    return this.#happen('ada', decideResumption(this.state, { extensionId, rings, ring }))
  }

  everywhere(version: string): this {
    return this.publish(version).approve(version).promote(version, 'early').promote(version, 'all')
  }

  offer(ring: string, version = '0.0.0.0', { client, chrome, broken = [] }: { client?: string; chrome?: string; broken?: string[] } = {}) {
    const check = { extensionId, version, client, chromeVersion: chrome }
    return chooseOffer(this.state, ring, check, release => !broken.includes(release.version))?.version
  }
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    if (error instanceof FixpointError) return error.code
    throw error
  }
}

describe('from ring to ring', () => {
  it('offers nothing before the second person has approved, then by the first ring alone', () => {
    const story = new Story().publish('1')
    expect(rings.map(ring => story.offer(ring))).toEqual([undefined, undefined, undefined])
    expect(codeOf(() => story.approve('1', [], 'ada'))).toBe('second_approval_missing')
    expect(codeOf(() => story.promote('1', 'canary'))).toBe('second_approval_missing')
    story.approve('1')
    expect(rings.map(ring => story.offer(ring))).toEqual(['1', undefined, undefined])
    expect(codeOf(() => story.approve('1'))).toBe('invalid_parameter')
  })

  it('lets no ring be left out, and none go back', () => {
    const story = new Story().publish('1').approve('1')
    expect(codeOf(() => story.promote('1', 'all'))).toBe('ring_order')
    story.promote('1', 'early').promote('1', 'all').publish('2').approve('2').promote('2', 'early')
    expect(rings.map(ring => story.offer(ring))).toEqual(['2', '2', '1'])
    expect(codeOf(() => story.promote('1', 'early'))).toBe('version_not_higher')
    expect(codeOf(() => story.promote('2', 'beta'))).toBe('ring_unknown')
    expect(codeOf(() => story.promote('3', 'early'))).toBe('release_not_found')
    expect(codeOf(() => story.promote('x', 'early'))).toBe('version_invalid')
  })

  it('never offers what is not higher than what the browser has', () => {
    const story = new Story().everywhere('1.5')
    for (const version of ['1.5', '1.5.0.0', '1.6', '2', '65535', '', '1.x', '1.2.3.4.5'])
      expect(story.offer('all', version)).toBeUndefined()
    for (const version of ['0', '0.0.0.0', '1', '1.4.99']) expect(story.offer('all', version)).toBe('1.5')
  })

  it('asks twice for a new permission', () => {
    const story = new Story().everywhere('1').publish('2', { addedPermissions: ['tabs'] })
    expect(codeOf(() => story.approve('2'))).toBe('permission_added')
    expect(codeOf(() => story.approve('2', ['debugger']))).toBe('permission_added')
    expect(codeOf(() => story.approve('2', ['tabs']))).toBeUndefined()
  })
})

describe('a percentage', () => {
  const story = new Story().everywhere('1').publish('2').approve('2').promote('2', 'early').promote('2', 'all', 20)
  const clients = Array.from({ length: 10_000 }, (_, index) => `machine-${index}`)
  const having = (version: string) => clients.filter(client => story.offer('all', '0.0.0.0', { client }) === version)

  it('is met, stays with the same clients, and grows around them', () => {
    const first = having('2')
    expect(first.length).toBeGreaterThan(1_800)
    expect(first.length).toBeLessThan(2_200)
    expect(having('2')).toEqual(first)
    expect(having('1')).toHaveLength(clients.length - first.length)
    story.promote('2', 'all', 50)
    const second = new Set(having('2'))
    expect(first.filter(client => !second.has(client))).toEqual([])
    expect(second.size).toBeGreaterThan(4_700)
  })

  it('leaves a browser without a name at the release before', () => {
    expect(story.offer('all')).toBe('1')
    expect(story.offer('all', '1')).toBeUndefined()
    story.promote('2', 'all', 100)
    expect(story.offer('all')).toBe('2')
  })

  it.each([0, -1, 101, 1.5, Number.NaN])('cannot be %d', percentage => {
    expect(codeOf(() => story.promote('2', 'all', percentage))).toBe('rollout_invalid')
  })
})

describe('when a release is bad', () => {
  it('a halted ring gives nothing at all, and nothing goes on from it', () => {
    const story = new Story().everywhere('1').publish('2').approve('2').halt('canary')
    expect(story.offer('canary')).toBeUndefined()
    expect(story.offer('canary', '1')).toBeUndefined()
    expect(codeOf(() => story.promote('2', 'early'))).toBe('ring_order')
    expect(codeOf(() => story.promote('2', 'canary'))).toBe('ring_order')
    expect(codeOf(() => story.halt('canary'))).toBe('invalid_parameter')
    expect(story.offer('early')).toBe('1')
    story.resume('canary')
    expect(story.offer('canary', '1')).toBe('2')
    expect(codeOf(() => story.resume('canary'))).toBe('invalid_parameter')
  })

  it('what is halted in one ring goes no further from another that it had reached before', () => {
    const story = new Story().everywhere('1').publish('2').approve('2').promote('2', 'early', 20).halt('canary')
    expect(codeOf(() => story.promote('2', 'all'))).toBe('ring_order')
    expect(codeOf(() => story.promote('2', 'early', 50))).toBe('ring_order')
    story.resume('canary').promote('2', 'all')
    expect(story.offer('all', '1')).toBe('2')
  })

  it('a halted release holds up none that was before it', () => {
    const story = new Story().everywhere('1').publish('2').approve('2').promote('2', 'early').publish('3').approve('3').halt('canary')
    story.promote('2', 'all')
    expect(story.offer('all', '1')).toBe('2')
  })

  it('of a thousand browsers, none in a later ring gets it', () => {
    const story = new Story().everywhere('1')
    const browsers = Array.from({ length: 1_000 }, (_, index) => ({
      ring: rings[index % 20 === 0 ? 0 : index % 4 === 0 ? 1 : 2] ?? 'all',
      version: '1'
    }))
    const poll = () => {
      for (const browser of browsers) browser.version = story.offer(browser.ring, browser.version) ?? browser.version
    }
    story.publish('2').approve('2')
    poll()
    story.halt('canary')
    expect(codeOf(() => story.promote('2', 'early'))).toBe('ring_order')
    poll()
    story.publish('3', { rollbackOf: '1' }).approve('3')
    poll()
    // Those that had the bad one have the old code again; the others never had anything else.
    expect(browsers.filter(({ version }) => version === '2')).toEqual([])
    expect(browsers.filter(({ version }) => version === '3').every(({ ring }) => ring === 'canary')).toBe(true)
    expect(browsers.filter(({ version }) => version === '3')).toHaveLength(50)
  })

  it('a rollback reaches every ring that has something newer, halted or not, and no other', () => {
    const story = new Story().everywhere('1').publish('2').approve('2').promote('2', 'early').halt('early')
    story.publish('3', { rollbackOf: '1' }).approve('3')
    expect(rings.map(ring => story.offer(ring, '2'))).toEqual(['3', '3', undefined])
    expect(story.offer('all')).toBe('1')
  })

  it('what was rolled back is not offered again, even where the rollback’s file is lost', () => {
    const story = new Story().everywhere('1').everywhere('2')
    story.publish('3', { rollbackOf: '1' }).approve('3')
    expect(story.offer('all', '0.0.0.0', { broken: ['3'] })).toBe('1')
  })

  const mended = () =>
    new Story()
      .everywhere('1.0.0')
      .publish('2.0.0')
      .approve('2.0.0')
      .promote('2.0.0', 'early')
      .halt('early')
      .halt('canary')
      .publish('2.1.0')
      .approve('2.1.0')

  it('what was halted is not offered to those outside the percentage of what replaced it', () => {
    const story = mended().promote('2.1.0', 'early', 20)
    expect(story.offer('early', '1.0.0')).toBeUndefined()
    expect(story.offer('early')).toBe('1.0.0')
    const clients = Array.from({ length: 200 }, (_, index) => `machine-${index}`)
    const offers = new Set(clients.map(client => story.offer('early', '0.0.0.0', { client })))
    expect(offers).toEqual(new Set(['1.0.0', '2.1.0']))
  })

  it('what was halted is not offered where the file of what replaced it is lost', () => {
    const story = mended()
    expect(story.offer('canary', '1.0.0')).toBe('2.1.0')
    expect(story.offer('canary', '1.0.0', { broken: ['2.1.0'] })).toBeUndefined()
    expect(story.offer('canary', '0.0.0.0', { broken: ['2.1.0'] })).toBe('1.0.0')
  })

  it('what was halted in the first ring alone is nobody’s second choice in a later one, and goes no further', () => {
    const bad = () => new Story().everywhere('1').publish('2').approve('2').promote('2', 'early').halt('canary').publish('3').approve('3')
    expect(bad().promote('3', 'early', 20).offer('early')).toBe('1')
    expect(codeOf(() => bad().promote('2', 'all'))).toBe('ring_order')
  })

  it('what another ring is halted with now is nobody’s second choice; what was resumed is again', () => {
    const story = new Story().everywhere('1').publish('2').approve('2').promote('2', 'early').publish('3').approve('3').halt('early')
    expect(story.offer('canary', '0.0.0.0', { broken: ['3'] })).toBe('1')
    story.resume('early')
    expect(story.offer('canary', '0.0.0.0', { broken: ['3'] })).toBe('2')
    story.promote('3', 'early', 20)
    expect(story.offer('early')).toBe('2')
  })

  it('a file that is not in order hides no good one', () => {
    const story = new Story().everywhere('1').everywhere('2')
    expect(story.offer('all', '0.0.0.0', { broken: ['2'] })).toBe('1')
    expect(story.offer('all', '1', { broken: ['2'] })).toBeUndefined()
    expect(story.offer('all', '0.0.0.0', { broken: ['1', '2'] })).toBeUndefined()
  })
})

it('offers to an older Chrome the newest release that it can run', () => {
  const story = new Story().everywhere('1')
  story.publish('2', { minimumChromeVersion: '140' }).approve('2').promote('2', 'early').promote('2', 'all')
  expect(story.offer('all', '0.0.0.0', { chrome: '139.0.7000.99' })).toBe('1')
  expect(story.offer('all', '1', { chrome: '139.0.7000.99' })).toBeUndefined()
  expect(story.offer('all', '1', { chrome: '140.0.0.1' })).toBe('2')
  expect(story.offer('all', '1', { chrome: 'x' })).toBeUndefined()
})
