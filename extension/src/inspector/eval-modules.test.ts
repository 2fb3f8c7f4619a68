import { describe, expect, it } from 'vitest'
import { evalModule, evalModules } from './eval-modules.ts'

describe('evalModules', () => {
  const wrap = (code: string) => `/***/ ((module) => {\neval(${JSON.stringify(code)});\n/***/ }),\n`

  it('reads the modules of a bundle', () => {
    const first = '{const a = "\\"quoted\\" \\\\";\n//# sourceURL=webpack-internal:///./src/A b.jsx\n}'
    const second = 'b\n//# sourceURL=webpack://shop/./src/B.jsx?'
    const bundle = `const x = 1; eval("not a module");\n${wrap(first)}${wrap(second).replace('eval(', 'eval(__webpack_require__.ts(').replace(');', '));')}`
    expect(evalModules(bundle)).toEqual([
      { url: 'webpack-internal:///./src/A b.jsx', code: first },
      { url: 'webpack://shop/./src/B.jsx?', code: second }
    ])
  })

  it('reads one of them by its address', () => {
    const code = (name: string) => `const eval = "${name}";\n//# sourceURL=webpack-internal:///./src/${name}\n`
    const bundle = [wrap(code('A.jsx')), wrap(code('A.jsx.js')), wrap(`${code('B.jsx')}}`)].join('')
    expect(evalModule(bundle, 'webpack-internal:///./src/A.jsx')).toBe(code('A.jsx'))
    expect(evalModule(bundle, 'webpack-internal:///./src/B.jsx')).toBe(`${code('B.jsx')}}`)
    expect(evalModule(bundle, 'webpack-internal:///./src/C.jsx')).toBeNull()
    expect(evalModule('//# sourceURL=x"', 'x')).toBeNull()
  })

  it.each([['eval("never ends'], ['eval("\\x41")'], ['eval(code)'], ['']])('finds nothing in %s', bundle => {
    expect(evalModules(bundle)).toEqual([])
  })

  it('stays fast on bundles that are made to be slow', () => {
    const started = performance.now()
    evalModules('eval("'.repeat(200_000))
    evalModules(`eval("${'\\'.repeat(1_000_000)}"`)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
