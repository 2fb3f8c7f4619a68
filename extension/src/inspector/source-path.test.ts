import { describe, expect, it } from 'vitest'
import { sourcePath } from './source-path.ts'

describe('sourcePath', () => {
  it.each<[string, string, string | null, string, string | null]>([
    [
      'Vite’s map has only the last part',
      'Button.jsx',
      'http://localhost:5173/src/components/Button.jsx?t=12',
      '/',
      'src/components/Button.jsx'
    ],
    ['below Vite’s base', 'Button.jsx', 'http://localhost:5173/shop/src/Button.jsx', '/shop/', 'src/Button.jsx'],
    ['outside Vite’s root', 'Button.tsx', 'http://localhost:5173/@fs/home/ann/ui/Button.tsx', '/', '/home/ann/ui/Button.tsx'],
    ['outside Vite’s root, with a base', 'B.tsx', 'http://localhost:5173/shop/@fs/home/ann/B.tsx', '/shop/', '/home/ann/B.tsx'],
    ['on Windows', 'Button.tsx', 'http://localhost:5173/@fs/C:/code/ui/Button.tsx', '/', 'C:/code/ui/Button.tsx'],
    ['React’s absolute path', '/home/ann/shop/src/App.jsx', null, '/', '/home/ann/shop/src/App.jsx'],
    ['React’s path on Windows', 'C:\\code\\src\\App.jsx', null, '/', 'C:/code/src/App.jsx'],
    ['Turbopack', 'turbopack:///[project]/app/page.tsx', 'http://localhost:3000/_next/x.js', '/', 'app/page.tsx'],
    ['Next’s file address', 'file:///home/ann/app/page.tsx', 'http://localhost:3000/_next/x.js', '/', '/home/ann/app/page.tsx'],
    ['webpack', 'webpack://shop/./src/App.jsx?a1b2', 'http://localhost:3000/main.js', '/', 'src/App.jsx'],
    [
      'webpack’s other packages',
      'webpack://shop/../../packages/ui/Tag.jsx',
      'http://localhost:3000/main.js',
      '/',
      '../../packages/ui/Tag.jsx'
    ],
    ['webpack’s way out', 'webpack://shop/src/../../x.js', 'http://localhost:3000/main.js', '/', null],
    ['webpack’s modules in eval', 'webpack-internal:///./src/App.jsx?', 'webpack-internal:///./src/App.jsx?', '/', 'src/App.jsx'],
    ['Next’s layers', 'webpack-internal:///(app-pages-browser)/./app/page.tsx', null, '/', 'app/page.tsx'],
    ['Create React App’s bundle', 'pages/Shop.js', 'http://localhost:3000/static/js/main.1a2b.js', '/', 'src/pages/Shop.js'],
    ['a source beside what was made of it', 'Tag.ts', 'http://localhost:3000/parts/Tag.js', '/', 'parts/Tag.ts'],
    ['a map beside a bundle', '../../src/App.jsx', 'http://localhost:4173/assets/index-x.js', '/', 'src/App.jsx'],
    ['another site', 'http://evil.example/x.tsx', 'http://localhost:5173/src/a.js', '/', null],
    ['another site without a module', 'http://evil.example/x.tsx', null, '/', null],
    ['a way out', '../../etc/passwd', null, '/', null],
    ['an unknown scheme', 'javascript:alert(1)', null, '/', null],
    ['control characters', 'src/a\u0007.tsx', null, '/', null],
    ['nothing', '', null, '/', null]
  ])('%s', (_, source, moduleUrl, base, expected) => {
    expect(sourcePath(source, moduleUrl, base)).toBe(expected)
  })
})
