import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { managedStorageSchema, RINGS } from './managed-storage.ts'

const declared = z
  .object({ properties: z.record(z.string(), z.object({ type: z.string(), enum: z.array(z.string()).optional() })) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../extension/public/managed-schema.json'), 'utf8')))

it('has the settings that the extension declares to Chrome, which drops all others', () => {
  expect(Object.keys(managedStorageSchema.shape).toSorted()).toEqual(Object.keys(declared.properties).toSorted())
  expect(declared.properties['ring']?.enum).toEqual([...RINGS])
  expect(Object.fromEntries(Object.entries(declared.properties).map(([name, { type }]) => [name, type]))).toEqual({
    serverUrl: 'string',
    ring: 'string',
    projects: 'array'
  })
})
