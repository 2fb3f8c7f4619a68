import { describe, expect, it } from 'vitest'
import { Gesture } from './gesture.ts'

const at = (x: number, y = 0) => ({ x, y })
const event = (type: string, { button = 0, buttons = 0 } = {}) => ({ type, button, buttons })
const held = { button: -1, buttons: 1 }

describe('Gesture', () => {
  it('tells a click once, though four events say so', () => {
    const gesture = new Gesture()
    const told = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'].map(type => gesture.read(event(type), at(10)))
    expect(told).toEqual([null, null, { kind: 'click' }, null, null])
    expect(gesture.read(event('pointerdown'), at(10))).toBeNull()
    expect(gesture.read(event('pointerup'), at(10))).toEqual({ kind: 'click' })
  })

  it.each([
    ['pointer events', ['mousedown', 'mouseup', 'click']],
    ['mouse events', ['pointerdown', 'pointerup']],
    ['everything but clicks', ['click']]
  ])('tells a click where the page stops %s', (_, types) => {
    const gesture = new Gesture()
    expect(types.map(type => gesture.read(event(type), at(10))).filter(end => end !== null)).toEqual([{ kind: 'click' }])
  })

  it('tells a drag from where it began, and no click after it', () => {
    const gesture = new Gesture()
    gesture.read(event('pointerdown'), at(10))
    gesture.read(event('pointermove', held), at(14))
    expect(gesture.draggedFrom).toBeNull()
    gesture.read(event('pointermove', held), at(40))
    expect(gesture.draggedFrom).toEqual(at(10))
    expect(gesture.read(event('pointerup'), at(60))).toEqual({ kind: 'drag', from: at(10) })
    expect(gesture.draggedFrom).toBeNull()
    expect([gesture.read(event('mouseup'), at(60)), gesture.read(event('click'), at(60))]).toEqual([null, null])
  })

  it('ends a drag of mouse events alone', () => {
    const gesture = new Gesture()
    gesture.read(event('mousedown'), at(10))
    gesture.read(event('mousemove', held), at(40))
    expect(gesture.read(event('mouseup'), at(40))).toEqual({ kind: 'drag', from: at(10) })
  })

  it('does not drag with another button, nor when the browser takes the pointer away', () => {
    const gesture = new Gesture()
    gesture.read(event('pointerdown', { button: 2 }), at(10))
    gesture.read(event('pointermove', { button: -1, buttons: 2 }), at(60))
    expect(gesture.read(event('pointerup', { button: 2 }), at(60))).toBeNull()
    gesture.read(event('pointerdown'), at(10))
    gesture.read(event('pointermove', held), at(60))
    gesture.read(event('pointercancel', { button: -1 }), at(60))
    expect(gesture.draggedFrom).toBeNull()
  })

  it('means nothing when it was dropped', () => {
    const gesture = new Gesture()
    gesture.read(event('pointerdown'), at(10))
    gesture.read(event('pointermove', held), at(60))
    gesture.drop()
    expect(['pointerup', 'mouseup', 'click'].map(type => gesture.read(event(type), at(60)))).toEqual([null, null, null])
  })
})
