import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Updates } from '../updates.ts'
import { Tallies } from './tallies.ts'

export interface Metrics {
  registry: Registry
  /** Update checks by what was answered: offered, none, unknown. */
  checks: Tallies<'extension' | 'ring' | 'answer'>
  /** Update checks by the version that the browser has. */
  versions: Tallies<'extension' | 'ring' | 'version'>
  /** Requests by the status of the answer. */
  requests: Tallies<'status'>
  download(extensionId: string, version: string): void
}

export function createMetrics(updates: Updates, rings: readonly string[]): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const checks = new Tallies(registry, {
    name: 'fixpoint_update_checks_total',
    help: 'Update checks answered',
    labels: ['extension', 'ring', 'answer']
  })
  const versions = new Tallies(registry, {
    name: 'fixpoint_update_versions_seen_total',
    help: 'Update checks by the version that the browser has',
    labels: ['extension', 'ring', 'version']
  })
  const requests = new Tallies(registry, { name: 'fixpoint_update_http_requests_total', help: 'HTTP requests', labels: ['status'] })
  const downloads = new Counter({
    name: 'fixpoint_update_downloads_total',
    help: 'CRX files sent, whole or in part',
    labelNames: ['extension', 'version'],
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
    checks,
    versions,
    requests,
    download: (extension, version) => downloads.inc({ extension, version })
  }
}
