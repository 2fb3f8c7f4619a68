import { FixpointError } from '@fixpoint/protocol'
import { verifyCrx } from '../../update-server/src/crx/verify.ts'
import type { ChangedCrx } from './changed-crx.ts'
import type { ChromiumVerdicts } from './chromium-verdicts.ts'

/** Files that Chromium or our verifier judges wrongly: takes though they were changed, or refuses though they were not. A line for each. */
export function disagreements(files: readonly ChangedCrx[], { installed }: ChromiumVerdicts): string[] {
  return files.flatMap(({ extensionId, crx, change }) => {
    const shouldBe = change === null
    const says = { chromium: installed.has(extensionId), ours: isTaken(extensionId, crx) }
    return says.chromium === shouldBe && says.ours === shouldBe
      ? []
      : [
          `${change ?? 'not changed'}: Chromium ${says.chromium ? 'takes' : 'refuses'} it, our verifier ${says.ours ? 'takes' : 'refuses'} it`
        ]
  })
}

function isTaken(extensionId: string, crx: Buffer): boolean {
  try {
    verifyCrx(crx, { extensionId })
    return true
  } catch (error) {
    if (error instanceof FixpointError) return false
    throw error
  }
}
