import { describe, expect, test } from 'vitest'
import { type EngineFacts, engineWarnings } from './engine-check.ts'

const good: EngineFacts = {
  version: '28.2.2',
  apiVersion: '1.50',
  runcVersion: '1.3.3',
  securityOptions: ['name=seccomp,profile=builtin'],
  canLimitPids: true,
  canLimitMemory: true,
  canLimitSwap: true,
  canLimitCpu: true,
  canOverlay: true
}

describe('engineWarnings', () => {
  test('has nothing to say of a good engine', () => expect(engineWarnings(good)).toEqual([]))

  test.each([
    [{ securityOptions: [] }, 'seccomp'],
    [{ canLimitPids: false }, 'processes'],
    [{ canLimitMemory: false }, 'memory'],
    [{ canLimitSwap: false }, 'swap'],
    [{ canLimitCpu: false }, 'processor'],
    [{ canOverlay: false }, 'overlay']
  ])('warns of %j', (change, word) => {
    const warnings = engineWarnings({ ...good, ...change })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(word)
  })

  test.each(['1.1.5+ds1', '1.0.0-rc93', '1.2.7', '1.3.2', '1.3.0', '0.1.1'])('names the missing repairs of runc %s', runcVersion => {
    expect(engineWarnings({ ...good, runcVersion })).toEqual([expect.stringContaining('CVE-2025-31133')])
  })

  test.each(['1.2.8', '1.2.9', '1.3.3', '1.4.0', '1.5.1', '2.0.0'])('is content with runc %s', runcVersion => {
    expect(engineWarnings({ ...good, runcVersion })).toEqual([])
  })
})
