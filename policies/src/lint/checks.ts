import { faultOfUpdateUrl, isSameRing } from '../addresses.ts'
import { EXTENSION_ID_PATTERN } from '../config.ts'
import type { Expectation } from './expectation.ts'
import type { PolicyCode, Severity } from './finding.ts'
import { KIND_NAMES, type PolicyNode } from './policy-node.ts'

/** Where a check puts what it finds. */
export type Report = (code: PolicyCode, node: { offset: number }, message: string, options?: { severity?: Severity; hint?: string }) => void

/** An extension that is installed by force, from where. */
export interface ForcedExtension {
  id: string
  updateUrl: string | null
  offset: number
}

/** The items of a list; an empty registry key is an empty list. */
export function itemsOf(node: PolicyNode | undefined, name: string, report: Report): readonly PolicyNode[] {
  if (node === undefined || (node.kind === 'dictionary' && node.entries.length === 0)) return []
  if (node.kind === 'list') return node.items
  report('policy_value', node, `${name} is ${KIND_NAMES[node.kind]}; it must be a list.`)
  return []
}

/** @returns whether it is one. */
export function checkId(id: string, node: { offset: number }, { extensionId }: Expectation, report: Report): boolean {
  if (!EXTENSION_ID_PATTERN.test(id)) {
    const hint = extensionId === null ? {} : { hint: `Fixpoint’s id is ${extensionId}.` }
    report('extension_id_invalid', node, `“${id}” is not an extension id: ${whyNoId(id)}.`, hint)
    return false
  }
  return true
}

function whyNoId(id: string): string {
  if (id.length !== 32) return `it has ${id.length} characters, not 32`
  const [wrong = ''] = /[^a-p]/.exec(id) ?? []
  return `it contains “${wrong}”, which is no letter from a to p`
}

export function checkUpdateUrl(url: string, id: string, node: { offset: number }, expectation: Expectation, report: Report): void {
  const { extensionId, updateUrls, isTrial } = expectation
  const fault = faultOfUpdateUrl(url, isTrial)
  const isUnknownRing = updateUrls !== null && id === extensionId && !updateUrls.some(ring => isSameRing(ring, url))
  if (fault !== null) report('update_url_insecure', node, fault)
  else if (isUnknownRing)
    report('update_url_mismatch', node, `“${url}” is the address of no ring.`, { hint: `The rings have ${updateUrls.join(', ')}.` })
}
