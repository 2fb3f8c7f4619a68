import { expect, it } from 'vitest'
import { strings } from './strings.ts'

it('offers a setting that can be pasted into a configuration file in JSON', () => {
  const snippet = strings.page.snippet('http://localhost:3000')
  expect(JSON.parse(`{ ${snippet} }`)).toEqual({ origins: ['http://localhost:3000'] })
})
