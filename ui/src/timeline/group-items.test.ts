import { expect, test } from 'vitest'
import { fixtureLogs } from '../fixtures/logs.ts'
import { groupItems } from './group-items.ts'

test('tool calls that follow each other become one group, in order', () => {
  const items = fixtureLogs.runningTool().state().turns[0]?.items ?? []
  const groups = groupItems(items)
  expect(groups.map(group => (group.kind === 'tools' ? group.items.length : group.item.kind))).toEqual(['notice', 'text', 2, 'text', 5])
  expect(groups.flatMap<unknown>(group => (group.kind === 'tools' ? group.items : [group.item]))).toEqual(items)
})
