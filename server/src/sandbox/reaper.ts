import type { VolumeInspectInfo } from 'dockerode'
import { LABELS } from './names.ts'

/** What the reaper decides over: the engine's objects that carry this instance's label. */
export interface Inventory {
  containers: { id: string; name: string; labels: Record<string, string> }[]
  volumes: Pick<VolumeInspectInfo, 'Name' | 'Labels'>[]
}

export interface Keep {
  /** Sessions that live: their containers and volumes stay. */
  sessionIds: ReadonlySet<string>
  /** Names of volumes and containers of work that is under way. */
  underWay: ReadonlySet<string>
  /** Prepared workspaces that each project keeps beside those that live sessions stand on, the newest. */
  preparedPerProject: number
}

/** Names and ids of what nothing needs any more, in the order to remove it: containers before the volumes they use. */
export function chooseReaped({ containers, volumes }: Inventory, keep: Keep): { containers: string[]; volumes: string[] } {
  const isLive = (labels: Record<string, string>) => {
    const session = labels[LABELS.session]
    return session !== undefined && keep.sessionIds.has(session)
  }
  const purposeIs = (purpose: string) => (volume: Inventory['volumes'][number]) => volume.Labels[LABELS.purpose] === purpose

  const stoodOn = new Set(volumes.filter(volume => isLive(volume.Labels)).map(volume => volume.Labels[LABELS.standsOn]))
  const files = volumes.filter(purposeIs('prepare')).map(volume => volume.Name)
  const whole = volumes.filter(purposeIs('prepared-marker')).filter(marker => files.includes(marker.Labels[LABELS.volume] ?? ''))
  const newestFirst = whole.toSorted((a, b) => (b.Labels[LABELS.preparedAt] ?? '').localeCompare(a.Labels[LABELS.preparedAt] ?? ''))
  const keptMarkers = [...Map.groupBy(newestFirst, marker => marker.Labels[LABELS.project]).values()].flatMap(markers =>
    markers.filter((marker, place) => place < keep.preparedPerProject || stoodOn.has(marker.Labels[LABELS.volume]))
  )
  const keptNames = new Set([...keptMarkers.flatMap(marker => [marker.Name, marker.Labels[LABELS.volume]]), ...stoodOn, ...keep.underWay])

  const order = ['session-restored', 'session-workspace', 'session-files', 'prepared-marker', 'prepare', 'layout']
  return {
    containers: containers.filter(({ name, labels }) => !isLive(labels) && !keep.underWay.has(name)).map(({ id }) => id),
    volumes: volumes
      .filter(({ Name, Labels }) => !isLive(Labels) && !keptNames.has(Name))
      .toSorted((a, b) => order.indexOf(a.Labels[LABELS.purpose] ?? '') - order.indexOf(b.Labels[LABELS.purpose] ?? ''))
      .map(({ Name }) => Name)
  }
}
