import { describe, expect, test, vi } from 'vitest'
import { sharedRuns } from './shared-runs.ts'

describe('sharedRuns', () => {
  test('runs once for all who want the same', async () => {
    const runs = sharedRuns<number>()
    const { promise, resolve } = Promise.withResolvers<number>()
    const start = vi.fn(() => promise)
    const all = [1, 2, 3].map(() => runs.join('key', start, () => undefined))
    resolve(7)
    expect(await Promise.all(all)).toEqual([7, 7, 7])
    expect(start).toHaveBeenCalledTimes(1)
  })

  test('starts anew after success and after failure', async () => {
    const runs = sharedRuns<number>()
    const start = vi.fn().mockRejectedValueOnce(new Error('first')).mockResolvedValue(2)
    await expect(runs.join('key', start, () => undefined)).rejects.toThrow('first')
    await expect(runs.join('key', start, () => undefined)).resolves.toBe(2)
    await expect(runs.join('key', start, () => undefined)).resolves.toBe(2)
    expect(start).toHaveBeenCalledTimes(3)
  })

  test('tells everyone who waits what it says', async () => {
    const runs = sharedRuns<void>()
    const { promise, resolve } = Promise.withResolvers<void>()
    let say = (_text: string) => {}
    const heard: string[] = []
    const listen = (text: string) => heard.push(text)
    const start = (emit: (text: string) => void) => {
      say = emit
      return promise
    }
    const all = [runs.join('key', start, listen), runs.join('key', start, listen)]
    say('hello')
    resolve()
    await Promise.all(all)
    expect(heard).toEqual(['hello', 'hello'])
  })

  test('goes on while one caller is left, and ends when all have given up', async () => {
    const runs = sharedRuns<void>()
    let runSignal: AbortSignal | undefined
    const start = (_emit: unknown, signal: AbortSignal) => {
      runSignal = signal
      return new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const first = new AbortController()
    const second = new AbortController()
    const waiting = [runs.join('key', start, () => undefined, first.signal), runs.join('key', start, () => undefined, second.signal)]
    first.abort(new Error('first left'))
    await expect(waiting[0]).rejects.toThrow('first left')
    expect(runSignal?.aborted).toBe(false)
    second.abort(new Error('second left'))
    await expect(waiting[1]).rejects.toThrow('second left')
    expect(runSignal?.aborted).toBe(true)
  })

  test('does not join a run that is being given up', async () => {
    const runs = sharedRuns<number>()
    const abort = new AbortController()
    const abandoned = runs.join(
      'key',
      () => new Promise<number>(() => undefined),
      () => undefined,
      abort.signal
    )
    abort.abort(new Error('left'))
    await expect(abandoned).rejects.toThrow('left')
    await expect(
      runs.join(
        'key',
        async () => 2,
        () => undefined
      )
    ).resolves.toBe(2)
  })
})
