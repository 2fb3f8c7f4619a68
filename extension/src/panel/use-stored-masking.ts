import type { Project } from '@fixpoint/protocol'
import { useEffect } from 'react'
import { storedMaskingOf } from '../privacy/stored-masking.ts'

/** Keeps what the project hides where the background finds it when one of the project's pages is captured. */
export function useStoredMasking(project: Project | null): void {
  useEffect(() => {
    if (project === null) return
    for (const origin of project.origins) void storedMaskingOf(chrome.storage.local, origin).write(project.masking)
  }, [project])
}
