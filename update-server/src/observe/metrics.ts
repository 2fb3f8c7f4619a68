import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Updates } from '../updates.ts'

export interface Metrics {
  registry: Registry
  updateCheck(extensionId: string, ring: string, answer: 'offered' | 'none' | 'unknown'): void
  versionSeen(extensionId: string, ring: string, version: string): void
  download(extensionId: string, version: string): void
  httpRequest(status: number): void
}

export function createMetrics(updates: Updates, rings: readonly string[]): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const checks = new Counter({
    name: 'fixpoint_update_checks_total',
    help: 'Update checks answered',
    labelNames: ['extension', 'ring', 'answer'],
    registers: [registry]
  })
  const versions = new Counter({
    name: 'fixpoint_update_versions_seen_total',
    help: 'Update checks by the version that the browser has',
    labelNames: ['extension', 'ring', 'version'],
    registers: [registry]
  })
  const downloads = new Counter({
    name: 'fixpoint_update_downloads_total',
    help: 'CRX files sent, whole or in part',
    labelNames: ['extension', 'version'],
    registers: [registry]
  })
  const requests = new Counter({
    name: 'fixpoint_update_http_requests_total',
    help: 'HTTP requests',
    labelNames: ['status'],
    registers: [registry]
  })
  new Gauge({
    name: 'fixpoint_update_ring_halted',
    help: '1 where the ring is halted',
    labelNames: ['extension', 'ring'],
    registers: [registry],
    collect() {
      for (const [extension, byName] of Object.entries(updates.state.rings)) {
        for (const ring of rings) this.set({ extension, ring }, byName[ring]?.haltReason == null ? 0 : 1)
      }
    }
  })
  new Gauge({
    name: 'fixpoint_update_unusable_files',
    help: 'Releases whose CRX is missing or not what was published',
    labelNames: ['extension'],
    registers: [registry],
    collect() {
      for (const [extension, releases] of Object.entries(updates.state.releases)) {
        this.set({ extension }, releases.filter(release => updates.faultOf(release) !== undefined).length)
      }
    }
  })
  return {
    registry,
    updateCheck: (extension, ring, answer) => checks.inc({ extension, ring, answer }),
    versionSeen: (extension, ring, version) => versions.inc({ extension, ring, version }),
    download: (extension, version) => downloads.inc({ extension, version }),
    httpRequest: status => requests.inc({ status: String(status) })
  }
}
