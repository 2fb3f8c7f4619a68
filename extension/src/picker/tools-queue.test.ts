import { expect, test } from 'vitest'
import type { PickerTools } from './picker-tools.ts'
import { ToolsQueue } from './tools-queue.ts'

const TOOLS = {} as PickerTools

function play(loaded: PickerTools | null | Error = TOOLS) {
  let answer = () => {}
  const state = { tools: null as PickerTools | null, loads: 0, isOver: false, done: [] as string[] }
  const queue = new ToolsQueue(
    {
      get tools() {
        return state.tools
      },
      loadTools() {
        state.loads++
        return new Promise((resolve, reject) => {
          answer = () => (loaded instanceof Error ? reject(loaded) : resolve(loaded))
        })
      }
    },
    { runId: '0', isOver: () => state.isOver }
  )
  return {
    state,
    step: (name: string) => queue.use(() => state.done.push(name)),
    press: (name: string) => queue.inOrder(() => state.done.push(name)),
    async answer() {
      answer()
      await new Promise(resolve => setTimeout(resolve))
    }
  }
}

test('keys count in the order in which they were pressed, also where the tools are there before the answer', async () => {
  const { state, step, press, answer } = play()
  step('down')
  press('text')
  state.tools = TOOLS
  step('right')
  press('enter')
  expect(state.done).toEqual([])
  await answer()
  expect(state.done).toEqual(['down', 'text', 'right', 'enter'])
  expect(state.loads).toBe(1)
  step('up')
  expect(state.done.at(-1)).toBe('up')
})

test('where the tools cannot be had, what needs none is done all the same, and they are asked for again', async () => {
  for (const loaded of [null, new Error('nobody there')]) {
    const { state, step, press, answer } = play(loaded)
    step('down')
    press('enter')
    await answer()
    expect(state.done).toEqual(['enter'])
    step('down')
    expect(state.loads).toBe(2)
  }
})

test('what ends the run ends what waits behind it', async () => {
  const { state, step, press, answer } = play()
  step('down')
  press('enter')
  state.isOver = true
  await answer()
  expect(state.done).toEqual([])
})
