import { expect, it } from 'vitest'
import { parseConfig } from './config.ts'

const good = {
  publicUrl: 'https://updates.example.com',
  dataFolder: 'data',
  extensions: [{ id: 'a'.repeat(32), name: 'Sample' }],
  people: [{ name: 'ada', tokenSha256: '0'.repeat(64), roles: ['publisher'] }]
}

it('fills in what may be left out', () => {
  expect(parseConfig(JSON.stringify(good))).toMatchObject({ host: '127.0.0.1', port: 4800, rings: ['canary', 'early', 'all'] })
  expect(parseConfig(JSON.stringify(good)).storage).toEqual({ kind: 'folder', folder: 'data' })
  const { dataFolder: _, ...rest } = good
  expect(parseConfig(JSON.stringify({ ...rest, s3: { bucket: 'updates' } })).storage).toEqual({
    kind: 'bucket',
    bucket: 'updates',
    prefix: '',
    region: 'us-east-1',
    pathStyle: false
  })
  expect(parseConfig(JSON.stringify({ ...good, publicUrl: 'http://127.0.0.1:4800/' })).publicUrl).toBe('http://127.0.0.1:4800')
})

it.each([
  ['publicUrl', { publicUrl: 'http://updates.example.com' }],
  ['publicUrl', { publicUrl: 'https://user:pass@updates.example.com' }],
  ['publicUrl', { publicUrl: 'https://updates.example.com/path' }],
  ['publicUrl', { publicUrl: 'ftp://updates.example.com' }],
  ['port', { port: 99_999 }],
  ['extensions.0.id', { extensions: [{ id: 'z'.repeat(32), name: 'x' }] }],
  ['extensions', { extensions: [...good.extensions, ...good.extensions] }],
  ['rings', { rings: ['a', 'a'] }],
  ['rings.0', { rings: ['A b'] }],
  ['people', { people: [...good.people, { ...good.people[0], name: 'grace' }] }],
  ['people.0.tokenSha256', { people: [{ ...good.people[0], tokenSha256: 'secret' }] }],
  ['people.0.roles.0', { people: [{ ...good.people[0], roles: ['owner'] }] }],
  ['s3', { s3: { bucket: 'updates' } }],
  ['dataFolder', { dataFolder: undefined }],
  ['s3.bucket', { s3: { bucket: 'My_Bucket' } }],
  ['s3.prefix', { s3: { bucket: 'updates', prefix: '/fixpoint' } }],
  ['s3.endpoint', { s3: { bucket: 'updates', endpoint: 'http://storage.example.com' } }],
  ['s3', { s3: { bucket: 'updates', secretAccessKey: 'x' } }],
  ['', { unknown: 1 }]
])('names %s where it is wrong', (field, change) => {
  expect(() => parseConfig(JSON.stringify({ ...good, ...change }))).toThrow(expect.objectContaining({ code: 'config_invalid', field }))
})

it('says that it is not JSON', () => {
  expect(() => parseConfig('{ "a": 1, }')).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
