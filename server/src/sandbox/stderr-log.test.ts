import { describe, expect, test, vi } from 'vitest'
import { logStderr } from './stderr-log.ts'

const recorder = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() })

describe('logStderr', () => {
  test('logs whole lines without what would change a terminal', () => {
    const logger = recorder()
    const log = logStderr(logger, { container: 'c' })
    log(Buffer.from('first \u001b]52;c;ZXZpbA==\u0007li'))
    expect(logger.warn).not.toHaveBeenCalled()
    log(Buffer.from('ne\u001b[2J\n\nsecond\n'))
    expect(logger.warn.mock.calls.map(([fields]) => fields)).toEqual([
      { container: 'c', text: 'first line' },
      { container: 'c', text: 'second' }
    ])
  })

  test('is not a way to fill the disk', () => {
    const logger = recorder()
    const log = logStderr(logger, {})
    for (let index = 0; index < 1_000; index += 1) log(Buffer.from(`${'x'.repeat(10_000)}\n${index}\n`))
    expect(logger.warn.mock.calls.length).toBeLessThan(300)
    expect(JSON.stringify(logger.warn.mock.calls).length).toBeLessThan(500_000)
  })
})
