import { FixpointError } from '@fixpoint/protocol'
import { failed, type Outcome, success } from './outcome.ts'

/**
 * Asks the person for lasting access to the site of a page. Call it in a click or key handler of an extension page, before any
 * `await`: Chrome shows its question only then. Without an address (Chrome hides it until there is access) the request is shown
 * beside the extension's icon in the toolbar instead, and the answer comes as `tabChanged`.
 * @returns whether access is there now.
 */
export async function requestPageAccess(tab: { tabId: number; url?: string }): Promise<Outcome<{ isGranted: boolean }>> {
  try {
    if (tab.url === undefined) {
      await chrome.permissions.addHostAccessRequest({ tabId: tab.tabId })
      return success({ isGranted: false })
    }
    const { protocol, host } = new URL(tab.url)
    if (protocol !== 'http:' && protocol !== 'https:') {
      return failed(new FixpointError('page_not_inspectable', `Pages of ${protocol} cannot be inspected.`).toFailure())
    }
    return success({ isGranted: await chrome.permissions.request({ origins: [`${protocol}//${host}/*`] }) })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return failed(new FixpointError('page_access_needed', `Chrome did not ask for access: ${reason}`, { cause }).toFailure())
  }
}
