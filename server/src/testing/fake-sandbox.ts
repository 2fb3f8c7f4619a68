import type { Sandbox, SandboxDriver } from '../sandbox/driver.ts'

const unused = () => Promise.reject(new Error('is not asked for here'))

/** A sandbox that can do what a test gives it, and nothing else. */
export function fakeSandbox(can: Partial<Sandbox>): Sandbox {
  return {
    sandboxId: 'sbx_x',
    sessionId: 'ses_x',
    startedFrom: 'prepared',
    readyMs: 1,
    request: unused,
    exec: unused,
    picture: unused,
    populate: unused,
    restore: unused,
    apply: unused,
    bundle: unused,
    connect: unused,
    watchFiles: unused,
    lost: new Promise(() => undefined),
    close: async () => undefined,
    ...can
  }
}

/** The same of a driver. */
export function fakeDriver(can: Partial<SandboxDriver>): SandboxDriver {
  return { check: unused, checkImage: unused, prepare: unused, open: unused, reap: unused, removeWorkspace: unused, ...can }
}
