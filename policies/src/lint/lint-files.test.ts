import { describe, expect, it } from 'vitest'
import type { PolicyFile } from './check-permissions.ts'
import { EXPECT_NOTHING } from './expectation.ts'
import { lintFiles } from './lint-files.ts'

const FOLDER = '/etc/opt/chrome/policies/managed'

function file(path: string, mode = 0o644, folderMode = 0o755, text = '{ "BrowserSignin": 1 }'): PolicyFile {
  return { path, bytes: Buffer.from(text), modes: { file: mode, folders: [{ path: FOLDER, mode: folderMode }] } }
}

const told = (...files: PolicyFile[]) => lintFiles(files, EXPECT_NOTHING).map(({ code, message }) => `${code}: ${message}`)

describe('where a Linux policy file lies', () => {
  it('is right in a managed folder with mode 0644', () => expect(told(file(`${FOLDER}/fixpoint.json`))).toEqual([]))

  it.each([
    { what: 'nobody else may read it', files: [file(`${FOLDER}/a.json`, 0o600)], says: 'Others may not read the file (mode 0600)' },
    { what: 'everybody may write it', files: [file(`${FOLDER}/a.json`, 0o666)], says: 'Everybody may write the file (mode 0666)' },
    {
      what: 'everybody may write the folder',
      files: [file(`${FOLDER}/a.json`, 0o644, 0o777)],
      says: `Everybody may write the folder ${FOLDER}`
    },
    {
      what: 'nobody may enter the folder',
      files: [file(`${FOLDER}/a.json`, 0o644, 0o700)],
      says: `Others may not enter the folder ${FOLDER}`
    },
    { what: 'it is only recommended', files: [file('/etc/opt/chrome/policies/recommended/a.json')], says: 'do not read this folder' },
    {
      what: 'it is the folder of older Debian packages',
      files: [file('/etc/chromium-browser/policies/managed/a.json')],
      says: 'do not read this folder'
    },
    { what: 'it is a backup that is read as well', files: [file(`${FOLDER}/a.json.bak`)], says: 'reads every file of this folder' }
  ])('is told to be wrong where $what', ({ files, says }) => {
    expect(told(...files)).toEqual([expect.stringMatching(/^policy_permissions: /)])
    expect(told(...files)[0]).toContain(says)
  })

  it('does not matter in other folders, and not on Windows', () => {
    expect(told(file('/home/admin/drafts/a.json', 0o600))).toEqual([])
    expect(told({ ...file(`${FOLDER}/a.json`), modes: null })).toEqual([])
  })
})

describe('files of one folder', () => {
  it('may not set the same policy', () => {
    const findings = told(file(`${FOLDER}/a.json`), file(`${FOLDER}/b.json`))
    expect(findings).toEqual([
      `policy_conflict: BrowserSignin is set in ${FOLDER}/a.json too; the browser reads both files and keeps one value.`
    ])
  })

  it('may set different ones, as may files of different folders', () => {
    expect(
      told(file(`${FOLDER}/a.json`), file(`${FOLDER}/b.json`, 0o644, 0o755, '{}'), file('/etc/chromium/policies/managed/a.json'))
    ).toEqual([])
  })
})
