import { expect, it } from 'vitest'
import { Story } from '../../ui/src/fixtures/story.ts'
import { touchedPaths } from './touched-paths.ts'

const running = () => {
  const story = new Story().begin()
  return story.turn(story.prompt('Line it up')).sandbox().step()
}

it('says what is being worked on and what was changed, until the turn is over', () => {
  const file = { path: 'src/a.css', status: 'modified' as const, added: 1, removed: 1 }
  const story = running()
    .call('edit', 'edit src/a.css', '{"path":"src/a.css"}', { summary: 'edited', files: [file] })
    .call('read', 'read src/b.css', '{"path":"src/b.css"}')
    .call('write', 'write src/"c".css', '{"path": "src/\\"c\\".css","content":"a {…')
  expect([...touchedPaths(story.state())]).toEqual([
    ['src/a.css', 'changed'],
    ['src/"c".css', 'working']
  ])
  expect(touchedPaths(story.finish().state()).size).toBe(0)
})

it('takes arguments that are cut off within the path for nothing', () => {
  expect(touchedPaths(running().call('write', 'write', '{"path":"src/a').state()).size).toBe(0)
})
