import { ERRORS, type Route, routes, sessionEventSchema } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../cli/exit-codes.ts'
import { apiReference } from './api-reference.ts'

const reference = apiReference()

describe('the API reference', () => {
  it.each(Object.values(routes).map((route: Route) => `${route.method.toUpperCase()} ${route.path}`))('describes %s', heading => {
    expect(reference).toContain(`\n### \`${heading}\`\n`)
  })

  it.each(sessionEventSchema.options.map(option => option.shape.type.value))('describes the event %s with its fields', type => {
    expect(reference).toMatch(
      new RegExp(`\\n### \`${type.replace('.', '\\.')}\`\\n\\n.+\\n\\n\\| Field \\| Type \\| Notes \\|\\n.+\\n\\| \``)
    )
  })

  it.each(Object.keys(ERRORS))('has a row for the error code %s', code => {
    expect(reference).toMatch(new RegExp(`^\\| \`${code}\` \\| \\d{3} \\| (yes|no) \\|`, 'm'))
  })

  it.each(Object.values(EXIT))('has a row for exit code %d', code => {
    expect(reference).toMatch(new RegExp(`^\\| ${code} \\| .+\\. \\|`, 'm'))
  })

  it('has a heading for whatever it links to', () => {
    const anchors = new Set([...reference.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')))
    const links = [...reference.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target)
    expect(links.length).toBeGreaterThan(50)
    expect(links.filter(target => !anchors.has(target))).toEqual([])
  })

  it('is the same each time', () => {
    expect(apiReference()).toBe(reference)
  })

  it('leaves no type undescribed', () => {
    expect(reference).not.toMatch(/\| undefined|\[object|\| anything \|/)
  })
})
