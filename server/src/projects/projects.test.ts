import type { PageContext } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { projectConfigSchema } from './project-config.ts'
import { createProjectRegistry } from './project-registry.ts'
import { verifySources } from './source-verification.ts'

const project = projectConfigSchema.parse({
  projectId: 'shop',
  name: 'Shop',
  origins: ['https://acme.com', 'http://localhost:5173'],
  repository: 'https://github.com/acme/shop',
  dev: { command: 'npm run dev', port: 5173 }
})

describe('the project of a page', () => {
  const registry = createProjectRegistry([project])

  it('is decided by the whole origin', () => {
    expect(registry.match('https://acme.com/cart?x=1#y').projectId).toBe('shop')
    expect(registry.match('https://ACME.com:443/').projectId).toBe('shop')
  })

  // threats.md E3
  it.each([
    'https://acme.com.evil.io/',
    'https://evil.acme.com/',
    'http://acme.com/',
    'https://acme.com:8443/',
    'https://acme.com./',
    'https://аcme.com/',
    'https://xn--cme-8cd.com/',
    'http://localhost:5174/',
    'http://127.0.0.1:5173/',
    'file:///acme.com/',
    'javascript:acme.com',
    'not an address'
  ])('is none for %s', url => {
    expect(() => registry.match(url)).toThrow(expect.objectContaining({ code: 'origin_not_mapped' }))
  })
})

describe('source locations from a page', () => {
  const tracked = ['src/components/PriceTag.tsx', 'src/App.tsx', 'packages/web/src/App.tsx', '.github/workflows/ci.yml']

  function verified(file: string, subfolder = '.'): string | undefined {
    const context = {
      picks: [{ components: [{ name: 'X', source: { file, line: 3, repositoryPath: 'claimed/by/the/page.ts' } }] }]
    } as unknown as PageContext
    return verifySources(context, tracked, subfolder).picks[0]?.components[0]?.source?.repositoryPath
  }

  it.each([
    ['src/components/PriceTag.tsx', 'src/components/PriceTag.tsx'],
    ['/src/components/PriceTag.tsx', 'src/components/PriceTag.tsx'],
    ['./src/App.tsx', 'src/App.tsx'],
    ['/home/dev/shop/src/components/PriceTag.tsx', 'src/components/PriceTag.tsx'],
    ['file:///home/dev/shop/src/components/PriceTag.tsx?t=1', 'src/components/PriceTag.tsx'],
    ['/home/dev/mono/packages/web/src/App.tsx', 'packages/web/src/App.tsx'],
    // Of a dev server that was started in a folder above the repository.
    ['work/shop/src/components/PriceTag.tsx', 'src/components/PriceTag.tsx']
  ])('%s is %s', (claimed, path) => {
    expect(verified(claimed)).toBe(path)
  })

  it('are looked for in the app’s folder first', () => {
    expect(verified('/src/App.tsx', 'packages/web')).toBe('packages/web/src/App.tsx')
  })

  it('are found from the folders that the app is in', () => {
    expect(verified('web/src/App.tsx', 'packages/admin')).toBe('packages/web/src/App.tsx')
    expect(verified('/src/components/PriceTag.tsx', 'packages/web')).toBe('src/components/PriceTag.tsx')
    expect(verified('web/src/Missing.tsx', 'packages/admin')).toBeUndefined()
  })

  it('are found above the app’s folder, where bundlers say that another package lies', () => {
    expect(verified('../../src/components/PriceTag.tsx', 'packages/web')).toBe('src/components/PriceTag.tsx')
    // A package's own map, seen from its folder: what it says is above the app's folder is not in the repository.
    expect(verified('../../../src/App.tsx', 'packages/web')).toBeUndefined()
    expect(verified('../src/App.tsx')).toBeUndefined()
    expect(verified('../web/../../src/App.tsx', 'packages/web')).toBeUndefined()
  })

  it('are left out where they lead out of the app’s folder, and not to another package', () => {
    const source = (file: string) => {
      const context = { picks: [{ components: [{ name: 'Link', source: { file } }] }] } as unknown as PageContext
      return verifySources(context, tracked, '.').picks[0]?.components[0]
    }
    expect(source('../../../src/client/link.tsx')).toEqual({ name: 'Link', source: undefined })
    expect(source('src/client/link.tsx')?.source).toEqual({ file: 'src/client/link.tsx' })
  })

  // threats.md A4 and row 77
  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\x\\src\\App.tsx',
    'webpack-internal:///./src/App.tsx',
    'http://evil.example/src/App.tsx',
    'src/../src/App.tsx',
    'src/App.tsx\nrm -rf',
    'src/App.tsx\0',
    'file:///etc/passwd',
    'App.tsx',
    'src/Missing.tsx',
    ''
  ])('%j is not verified, and neither is what the page claims of it', claimed => {
    expect(verified(claimed)).toBeUndefined()
  })
})

describe('a project’s configuration', () => {
  it.each([
    ['origins', { origins: ['https://acme.com/path'] }],
    ['projectId', { projectId: 'Not An Id' }],
    ['subfolder', { subfolder: '../outside' }],
    ['dev.port', { dev: { command: 'x', port: 80 } }],
    ['repository.path', { repository: { path: 'relative' } }]
  ])('is refused for a wrong %s', (field, change) => {
    const parsed = projectConfigSchema.safeParse({ ...project, ...change })
    expect(parsed.success).toBe(false)
    expect(parsed.error?.issues.some(issue => issue.path.join('.').startsWith(field.split('.')[0] ?? ''))).toBe(true)
  })
})
