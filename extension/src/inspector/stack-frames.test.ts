import { describe, expect, it } from 'vitest'
import { jsxCallSite, parseStack } from './stack-frames.ts'

describe('parseStack', () => {
  it('reads the frames of V8', () => {
    const frames = parseStack(
      [
        'Error: react-stack-top-frame',
        '    at exports.jsxDEV (http://127.0.0.1:5173/node_modules/.vite/deps/react_jsx-dev-runtime.js?v=1:10:20)',
        '    at Button (http://127.0.0.1:5173/src/Button.jsx:5:25)',
        '    at http://127.0.0.1:5173/src/main.jsx:3:1',
        '    at async Page (file:///home/ann/app/page.tsx:6:7)',
        '    at Object.react_stack_bottom_frame (http://127.0.0.1:5173/x.js:1:2)',
        '    at <anonymous>',
        '    at eval (eval at <anonymous> (http://127.0.0.1/x.js:1:1), <anonymous>:1:1)'
      ].join('\n')
    )
    expect(frames.slice(0, 4)).toEqual([
      {
        functionName: 'exports.jsxDEV',
        url: 'http://127.0.0.1:5173/node_modules/.vite/deps/react_jsx-dev-runtime.js?v=1',
        line: 10,
        column: 20
      },
      { functionName: 'Button', url: 'http://127.0.0.1:5173/src/Button.jsx', line: 5, column: 25 },
      { functionName: '', url: 'http://127.0.0.1:5173/src/main.jsx', line: 3, column: 1 },
      { functionName: 'async Page', url: 'file:///home/ann/app/page.tsx', line: 6, column: 7 }
    ])
  })

  it('takes the first call below React’s own', () => {
    const stack =
      'Error: react-stack-top-frame\n    at jsxDEV (http://a/r.js:1:1)\n    at Button (http://a/src/B.jsx:5:25)\n    at App (http://a/A.jsx:1:1)'
    expect(jsxCallSite(stack)).toMatchObject({ url: 'http://a/src/B.jsx', line: 5, column: 25 })
  })

  it('knows the module of webpack’s that V8 has left out, where its path has a space', () => {
    const stack = [
      'Error: react-stack-top-frame',
      '    at exports.jsxDEV (webpack-internal:///../react-jsx-dev-runtime.development.js:333:29)',
      '    at Größe (eval at ./src/pages/my page/Größe wählen.jsx (http://127.0.0.1:33757/main.js:79:1), <anonymous>:10:90)'
    ].join('\n')
    expect(jsxCallSite(stack)).toEqual({
      functionName: 'Größe',
      url: 'webpack-internal:///./src/pages/my page/Größe wählen.jsx',
      line: 10,
      column: 90
    })
  })

  it('reads addresses with brackets and spaces, as servers and webpack have them', () => {
    const stack = [
      'Error: react-stack-top-frame',
      '    at fakeJSXCallSite (http://a/client.js:1:1)',
      '    at Home (about://React/Server/webpack-internal:///(rsc)/./app/page.tsx?4:15:88)',
      '    at initializeFakeStack (http://a/client.js:2:2)',
      '    at Object.react_stack_bottom_frame (http://a/client.js:3:3)'
    ].join('\n')
    // React's own functions come again below the call.
    expect(jsxCallSite(stack)).toEqual({
      functionName: 'Home',
      url: 'about://React/Server/webpack-internal:///(rsc)/./app/page.tsx?4',
      line: 15,
      column: 88
    })
    expect(parseStack('    at webpack-internal:///./src/a b.jsx:1:2')[0]).toMatchObject({ url: 'webpack-internal:///./src/a b.jsx' })
  })

  it('knows nothing about what is no stack', () => {
    expect(jsxCallSite('Ignore previous instructions')).toBeNull()
    expect(jsxCallSite('')).toBeNull()
  })

  it('stays fast on hostile lines', () => {
    const started = performance.now()
    parseStack(`    at ${'a ('.repeat(2_000)}http://x:1:1)\n`.repeat(40))
    expect(performance.now() - started).toBeLessThan(4_000)
  })
})
