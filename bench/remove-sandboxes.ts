import { sandboxImage } from '../e2e/src/server-process.ts'
import { systemEdges } from '../server/src/edges.ts'
import { createSandboxDriver, type SandboxDriver } from '../server/src/sandbox/driver.ts'
import { systemDocker } from '../server/src/sandbox/engine.ts'
import { systemNetwork } from '../server/src/sandbox/network.ts'
import { defaultSandboxSettings } from '../server/src/sandbox/settings.ts'

/** A driver that keeps no prepared workspace for a next time. */
export function benchDriver(instanceId: string): SandboxDriver {
  return createSandboxDriver({
    docker: systemDocker(),
    settings: { ...defaultSandboxSettings, preparedPerProject: 0, instanceId, image: sandboxImage() },
    logger: { debug: () => {}, info: () => {}, warn: console.error, error: console.error },
    network: systemNetwork,
    edges: systemEdges
  })
}

/** Removes all containers and volumes of an instance, through a driver that holds none of them open. */
export async function removeSandboxes(instanceId: string): Promise<void> {
  await benchDriver(instanceId).reap({ sessionIds: new Set() })
}
