import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTerminal } from './terminal.ts'

const failure = { code: 'not_running', message: 'No turn is running.', hint: 'There is nothing to stop.' } as const

describe('what a command writes', () => {
  let out = ''
  let err = ''
  beforeEach(() => {
    out = ''
    err = ''
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      out += String(text)
      return true
    })
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      err += String(text)
      return true
    })
  })
  afterEach(() => vi.restoreAllMocks())

  it('is one JSON value when it fails', () => {
    createTerminal({ isJson: true, isQuiet: false }).fail(failure)
    expect(JSON.parse(out)).toEqual({ error: failure })
    expect(err).toContain(failure.message)
  })

  it('is one JSON value too when the failure is part of the answer', () => {
    const terminal = createTerminal({ isJson: true, isQuiet: false })
    terminal.answer(JSON.stringify({ outcome: 'failed', failure }))
    terminal.fail(failure)
    expect(JSON.parse(out)).toEqual({ outcome: 'failed', failure })
    expect(err).toContain(failure.message)
  })

  it('keeps progress away from standard output, and is quiet when asked to', () => {
    createTerminal({ isJson: false, isQuiet: false }).say('queued')
    createTerminal({ isJson: false, isQuiet: true }).say('started')
    expect(out).toBe('')
    expect(err).toBe('queued\n')
  })
})
