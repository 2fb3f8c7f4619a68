// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest'
import { inspectInPage } from './inspect-in-page.ts'

afterEach(() => Reflect.deleteProperty(window, '__svelte'))

it.each([
  ['4', { v: new Set(['4']) }, 'Svelte 4'],
  ['5', { v: new Set(['5']) }, 'Svelte 5'],
  ['no version', { v: 'evil' }, 'Svelte']
])('says which Svelte it is: %s', (_, given, expected) => {
  Object.assign(window, { __svelte: given })
  expect(inspectInPage([], 1_000).frameworks).toEqual([expected])
})

describe('React', () => {
  afterEach(() => document.body.replaceChildren())

  const dialogContent = function DialogContent() {}
  const slot = function Slot() {}
  const stackOf = (...frames: string[]) => ({
    stack: ['Error: react-stack-top-frame', ...frames.map(frame => `    at ${frame}`)].join('\n')
  })

  /** An element of React's with these fibers around it, from the inside out. */
  function draw(...fibers: Record<string, unknown>[]) {
    for (const [index, fiber] of fibers.entries()) Object.assign(fiber, { return: fibers[index + 1] ?? null })
    const element = document.createElement('p')
    Object.assign(element, { __reactFiber$1: fibers[0] })
    document.body.append(element)
    const [found] = inspectInPage([{ path: [0, 1, 0], tag: 'p', box: { x: 0, y: 0, width: 1, height: 1 } }], 1_000).elements
    return found
  }

  it('has cloned what a component was given: the place stays that of who wrote it', () => {
    const outer: Record<string, unknown> = { tag: 0, type: dialogContent }
    const cloning: Record<string, unknown> = { tag: 0, type: slot }
    const written = stackOf(
      'exports.jsxDEV (http://a/react.js:1:1)',
      'DialogContent (http://a/dialog.tsx:18:7)',
      'Object.react_stack_bottom_frame (http://a/react-dom.js:2:2)',
      'renderWithHooks (http://a/react-dom.js:3:3)'
    )
    const chain = [{ tag: 5, type: 'p', _debugOwner: cloning, _debugStack: written }, cloning, outer]
    const found = draw(...chain)
    expect(found?.components.map(({ name, source }) => [name, source?.kind])).toEqual([
      ['DialogContent', 'stack'],
      ['Slot', undefined]
    ])
  })

  it('has cloned it in a version that says lines: compilers have put these into the code of who wrote it', () => {
    const source = { fileName: '/src/dialog.tsx', lineNumber: 18, columnNumber: 7 }
    const writer = Function(
      'return function DialogContent() { return jsxDEV("p", {}, void 0, false, { fileName: file, lineNumber: 18, columnNumber: 7 }) }'
    )()
    const cloner = Function(
      'return function Slot() { return jsxDEV("div", {}, void 0, false, { fileName: file, lineNumber: 2, columnNumber: 1 }) }'
    )()
    const cloning = { tag: 0, type: cloner }
    const found = draw({ tag: 5, type: 'p', _debugOwner: cloning, _debugSource: source }, cloning, { tag: 0, type: writer })
    expect(found?.components.map(({ name, source: place }) => [name, place?.kind])).toEqual([
      ['DialogContent', 'position'],
      ['Slot', undefined]
    ])
  })

  it('says no places: what its elements were given is told, without a getter being called', () => {
    let calls = 0
    const properties = Object.defineProperty({ className: 'price', children: 'Twelve', onClick: slot }, 'secret', {
      enumerable: true,
      get: () => {
        calls++
        return 'x'
      }
    })
    const owner = { tag: 0, type: dialogContent }
    const found = draw({ tag: 5, type: 'p', memoizedProps: properties, _debugOwner: owner }, owner)
    expect(found?.nodes).toEqual([
      {
        tag: 'p',
        component: undefined,
        owner: 0,
        properties: [
          { name: 'className', text: 'price' },
          { name: 'children', text: 'Twelve' },
          { name: 'onClick', text: undefined },
          { name: 'secret', text: undefined }
        ]
      },
      { tag: undefined, component: 0, owner: undefined, properties: [] }
    ])
    expect(calls).toBe(0)
  })
})
