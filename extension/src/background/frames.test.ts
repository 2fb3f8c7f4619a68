import { expect, it } from 'vitest'
import { framesBelow, type OpenFrame, throughFrames } from './frames.ts'

const frame = (...path: number[]): OpenFrame => ({ tabId: 1, documentId: path.join(), frameId: 1, path })

it('knows which frames are directly below a document', () => {
  const frames = [frame(0), frame(2, 1), frame(2, 1, 0), frame(3, 0)]
  expect(framesBelow([], frames)).toEqual([[0], [2, 1], [3, 0]])
  expect(framesBelow([2, 1], frames)).toEqual([[0]])
  expect(framesBelow([0], frames)).toEqual([])
})

it('carries a box out of frames in frames', () => {
  const outer = { selectors: ['#a'], x: 100, y: 50, scaleX: 2, scaleY: 2 }
  const inner = { selectors: ['#b'], x: 10, y: 10, scaleX: 1, scaleY: 1 }
  expect(throughFrames({ x: 1, y: 2, width: 5, height: 5 }, [outer, inner])).toEqual({ x: 122, y: 74, width: 10, height: 10 })
  expect(throughFrames({ x: 1, y: 2, width: 5, height: 5 }, [])).toEqual({ x: 1, y: 2, width: 5, height: 5 })
})
