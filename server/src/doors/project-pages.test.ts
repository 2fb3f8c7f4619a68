import { FixpointError } from '@fixpoint/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../edges.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import { createProjectRegistry } from '../projects/project-registry.ts'
import { createSessionLog } from '../sessions/session-log.ts'
import { type OpenDatabase, openDatabase } from '../store/database.ts'
import { createdEvent, fixedEdges } from '../testing/fixtures.ts'
import { doorNames } from './door-address.ts'
import { createProjectPages } from './project-pages.ts'

const edges = fixedEdges()
const places = doorNames('http://127.0.0.1:4700', undefined)
let open: OpenDatabase

beforeAll(async () => {
  open = await openDatabase()
})
afterAll(() => open.close())

it('a page belongs to the project of its origin, or of the session whose preview it is, and else to none', async () => {
  const log = createSessionLog(open.db, edges)
  const created = createdEvent()
  const [sessionId, ofNoProject] = [newId(edges, 'session'), newId(edges, 'session')]
  await log.create(sessionId, created)
  await log.create(ofNoProject, { ...created, data: { ...created.data, projectId: 'gone' } })
  const { projectId } = created.data
  const project = projectConfigSchema.parse({
    projectId,
    name: 'Shop',
    origins: ['http://localhost:5173'],
    repository: { path: '/srv/shop.git' },
    dev: { command: 'npm run dev', port: 5_173 }
  })
  const pages = createProjectPages({ projects: createProjectRegistry([project]), log, places: () => places })
  const preview = places?.origin({ door: 'preview', sessionId }) ?? ''

  expect(await pages.match('http://localhost:5173/cart')).toEqual({ project })
  expect(await pages.match(`${preview}/cart?a=b`)).toEqual({ project, preview: { sessionId, origin: preview } })
  expect(await pages.projectOf(`${preview}/`)).toBe(projectId)
  const others = [
    preview.replace('http:', 'https:'),
    preview.replace(':4700', ':4701'),
    places?.origin({ door: 'vscode', sessionId }) ?? '',
    places?.origin({ door: 'preview', sessionId: newId(edges, 'session') }) ?? '',
    places?.origin({ door: 'preview', sessionId: ofNoProject }) ?? '',
    'http://evil.example',
    'about:blank',
    ''
  ]
  for (const url of others) {
    expect([url, await pages.projectOf(url)]).toEqual([url, null])
    await expect(pages.match(url)).rejects.toSatisfy(
      (error: unknown) => error instanceof FixpointError && error.code === 'origin_not_mapped'
    )
  }
})
