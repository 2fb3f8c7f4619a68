import { describe, expect, test } from 'vitest'
import { LABELS } from './names.ts'
import { chooseReaped, type Inventory } from './reaper.ts'

const session = (id: string, standsOn: string): Inventory['volumes'] => [
  { Name: `${id}-files`, Labels: { [LABELS.purpose]: 'session-files', [LABELS.session]: id, [LABELS.standsOn]: standsOn } },
  { Name: `${id}-workspace`, Labels: { [LABELS.purpose]: 'session-workspace', [LABELS.session]: id, [LABELS.standsOn]: standsOn } }
]
const prepared = (project: string, name: string, preparedAt: string): Inventory['volumes'] => [
  { Name: `${name}-files`, Labels: { [LABELS.purpose]: 'prepare', [LABELS.project]: project } },
  {
    Name: `${name}-whole`,
    Labels: {
      [LABELS.purpose]: 'prepared-marker',
      [LABELS.project]: project,
      [LABELS.volume]: `${name}-files`,
      [LABELS.preparedAt]: preparedAt
    }
  }
]
const container = (id: string, labels: Record<string, string>) => ({ id, name: `name-${id}`, labels })
const reap = (inventory: Partial<Inventory>, live: string[] = [], underWay: string[] = []) =>
  chooseReaped(
    { containers: [], volumes: [], ...inventory },
    { sessionIds: new Set(live), underWay: new Set(underWay), preparedPerProject: 1 }
  )

describe('chooseReaped', () => {
  test('keeps the containers and volumes of live sessions and removes those of others', () => {
    const containers = [container('a', { [LABELS.session]: 'live' }), container('b', { [LABELS.session]: 'dead' })]
    const volumes = [...session('live', 'old-files'), ...session('dead', 'old-files')]
    expect(reap({ containers, volumes }, ['live'])).toEqual({ containers: ['b'], volumes: ['dead-workspace', 'dead-files'] })
  })

  test('keeps the newest prepared workspaces of each project and those that live sessions stand on', () => {
    const volumes = [
      ...prepared('shop', 'old', '2026-01-01'),
      ...prepared('shop', 'older', '2025-01-01'),
      ...prepared('shop', 'new', '2026-02-01'),
      ...prepared('blog', 'only', '2024-01-01'),
      ...session('live', 'older-files')
    ]
    expect(reap({ volumes }, ['live']).volumes).toEqual(['old-whole', 'old-files'])
  })

  test('removes files without a marker, and markers without files', () => {
    const [files] = prepared('shop', 'half', '')
    const [, marker] = prepared('shop', 'lost', '2026-01-01')
    expect(reap({ volumes: [files ?? expect.unreachable(), marker ?? expect.unreachable()] }).volumes).toEqual(['lost-whole', 'half-files'])
  })

  test('leaves alone what is under way', () => {
    const [files] = prepared('shop', 'half', '')
    const containers = [container('a', { [LABELS.purpose]: 'prepare' })]
    expect(reap({ containers, volumes: [files ?? expect.unreachable()] }, [], ['half-files', 'name-a'])).toEqual({
      containers: [],
      volumes: []
    })
  })
})
