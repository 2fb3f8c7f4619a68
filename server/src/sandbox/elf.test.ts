import { expect, test } from 'vitest'
import { elfArchitecture } from './elf.ts'

const head = (machine: number) => {
  const bytes = Buffer.alloc(20)
  bytes.write('\u007fELF', 'latin1')
  bytes.writeUInt16LE(machine, 18)
  return bytes
}

test.each([
  [head(62), 'amd64'],
  [head(183), 'arm64'],
  [head(40), undefined],
  [Buffer.from('#!/bin/sh\necho hello there\n'), undefined],
  [Buffer.from('\u007fELF', 'latin1'), undefined],
  [Buffer.alloc(0), undefined]
])('elfArchitecture(%j) is %s', (bytes, expected) => expect(elfArchitecture(bytes)).toBe(expected))
