import type { Direction } from './walk.ts'

/** What a key means while somebody points. */
export type KeyAction =
  | { kind: 'leave' }
  | { kind: 'pick'; isMoreToCome: boolean }
  | { kind: 'step'; direction: Direction; isByComponent: boolean }
  | { kind: 'stop'; by: 1 | -1 }
  | { kind: 'layer'; by: 1 | -1 }
  | { kind: 'freeze' }
  | { kind: 'text' }

const ARROWS: Record<string, Direction> = { ArrowUp: 'parent', ArrowDown: 'child', ArrowLeft: 'previous', ArrowRight: 'next' }

/** Null for keys that are the browser's or nobody's. */
export function actionOfKey(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>): KeyAction | null {
  // On many keyboards brackets are typed with AltGr, which counts as Ctrl and Alt.
  if (event.key === ']') return { kind: 'layer', by: 1 }
  if (event.key === '[') return { kind: 'layer', by: -1 }
  if (event.ctrlKey || event.metaKey) return null
  const direction = ARROWS[event.key]
  // Alt shows the box model; one may walk meanwhile.
  if (direction) return { kind: 'step', direction, isByComponent: event.shiftKey }
  if (event.altKey) return null
  switch (event.key) {
    case 'Escape':
      return { kind: 'leave' }
    case 'Enter':
      return { kind: 'pick', isMoreToCome: event.shiftKey }
    case ' ':
      return { kind: 'pick', isMoreToCome: true }
    case 'Tab':
      return { kind: 'stop', by: event.shiftKey ? -1 : 1 }
    case 'f':
    case 'F':
      return { kind: 'freeze' }
    case 't':
    case 'T':
      return { kind: 'text' }
    default:
      return null
  }
}
