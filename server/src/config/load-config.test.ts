import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixpoint-config-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

it('says that a file that is named is not there', async () => {
  await expect(loadConfig({ FIXPOINT_CONFIG: join(folder, 'none.json') }, folder)).rejects.toMatchObject({
    code: 'config_invalid',
    message: `The configuration file ${join(folder, 'none.json')} is not there.`,
    hint: 'Correct FIXPOINT_CONFIG, or remove it.'
  })
})

it('says of a file that cannot be parsed what to look for in it', async () => {
  await writeFile(join(folder, 'fixpoint.config.json'), '{ "projects": [ }')
  await expect(loadConfig({}, folder)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('Unexpected token'),
    hint: expect.stringContaining('a bracket')
  })
})

it('guesses what a misspelt setting of a project was to be', async () => {
  const project = { projectId: 'own', name: 'Own', origin: ['http://localhost:3000'], repository: 'https://github.com/a/b' }
  await writeFile(join(folder, 'fixpoint.config.json'), JSON.stringify({ projects: [project] }))
  await expect(loadConfig({}, folder)).rejects.toThrow('projects.0.origin: is not a setting; did you mean origins?')
})
