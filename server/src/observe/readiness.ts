import { asFixpointError } from '../as-fixpoint-error.ts'

export interface ReadinessState {
  status: 'ready' | 'not_ready'
  checks: Record<string, { isReady: boolean; detail: string }>
}

/** Whether the server can do its work, by checks that each say so in a sentence or throw why not. */
export interface Readiness {
  check(): Promise<ReadinessState>
}

const CHECK_TIMEOUT_MS = 5_000
/** Probes come often; what a check found is good for this long. */
const FRESH_MS = 2_000

export function createReadiness(checks: Readonly<Record<string, (signal: AbortSignal) => Promise<string>>>): Readiness {
  let last: { at: number; state: Promise<ReadinessState> } | null = null

  async function run(): Promise<ReadinessState> {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS)
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          return [name, { isReady: true, detail: await check(signal) }] as const
        } catch (error) {
          return [name, { isReady: false, detail: asFixpointError(error).message }] as const
        }
      })
    )
    const isReady = results.every(([, result]) => result.isReady)
    return { status: isReady ? 'ready' : 'not_ready', checks: Object.fromEntries(results) }
  }

  return {
    check() {
      const now = performance.now()
      if (last === null || now - last.at > FRESH_MS) last = { at: now, state: run() }
      return last.state
    }
  }
}
