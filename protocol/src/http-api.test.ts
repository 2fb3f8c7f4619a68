import { expect, it } from 'vitest'
import { API_LIMITS, routes } from './http-api.ts'

const isTaken = (...paths: string[]) => routes.reportSaves.body.safeParse({ paths }).success

it('takes reports of saved files within the workspace alone', () => {
  for (const path of ['a.css', 'src/.env', '...', 'a..b/c', '.github/x.yml']) expect([path, isTaken(path)]).toEqual([path, true])
  for (const path of ['/etc/passwd', '../a.css', 'src/../../a.css', 'src/..', './a.css', 'src//a.css', '', 'src/', 'a\0b']) {
    expect([path, isTaken(path)]).toEqual([path, false])
  }
})

it('takes as many files in a report as it says', () => {
  const paths = Array.from({ length: API_LIMITS.savedPaths + 1 }, (_, index) => `${index}.css`)
  expect(isTaken(...paths.slice(1))).toBe(true)
  expect(isTaken(...paths)).toBe(false)
})
