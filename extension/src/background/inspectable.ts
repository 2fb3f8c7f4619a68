import { type Failure, FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import type { ActiveTab } from '../draft.ts'
import { injectionError } from './page-scripts.ts'

const SCHEMES: Record<string, string> = {
  'chrome:': 'Chrome’s own pages cannot be inspected.',
  'about:': 'Empty pages and other about: pages cannot be inspected.',
  'file:': 'Files on this computer cannot be inspected; serve them over http.',
  'view-source:': 'The view of a page’s source cannot be inspected; open the page itself.',
  'data:': 'Pages from data: addresses cannot be inspected.',
  'blob:': 'Pages from blob: addresses cannot be inspected.',
  'devtools:': 'The developer tools cannot be inspected.',
  'chrome-extension:': 'Pages of extensions cannot be inspected.'
}
const WEB_STORES = new Set(['chromewebstore.google.com', 'chrome.google.com', 'microsoftedge.microsoft.com'])

/** Why a page at this address cannot be inspected, or null where nothing speaks against it. */
export function addressProblem(address: string): Failure | null {
  const url = URL.parse(address)
  const reason = url ? schemeProblem(url) : 'The page has no address.'
  return reason === null ? null : new FixpointError('page_not_inspectable', reason).toFailure()
}

function schemeProblem(url: URL): string | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return SCHEMES[url.protocol] ?? `Pages of ${url.protocol} addresses cannot be inspected.`
  }
  return WEB_STORES.has(url.hostname) ? 'Extension stores do not let extensions look at their pages.' : null
}

/**
 * What is known of a tab. Without access Chrome tells an extension neither address nor title; whether the person only has to click
 * the icon or the page can never be inspected then shows in the error of a first try.
 * @param wasClicked the person clicked the icon on this page, and Chrome still gave no access.
 */
export async function describeTab(tab: chrome.tabs.Tab, wasClicked: boolean): Promise<ActiveTab | null> {
  if (tab.id === undefined) return null
  const known = { tabId: tab.id, windowId: tab.windowId, url: tab.url, title: tab.title }
  const problem = (tab.url ? addressProblem(tab.url) : null) ?? (await accessProblem(tab.id, wasClicked))
  return problem ? { ...known, problem } : known
}

async function accessProblem(tabId: number, wasClicked: boolean): Promise<Failure | null> {
  try {
    const [result] = await chrome.scripting.executeScript({ target: { tabId }, func: () => document.contentType })
    const contentType = z.string().safeParse(result?.result).data ?? ''
    if (contentType !== 'application/pdf') return null
    return new FixpointError('page_not_inspectable', 'PDF documents cannot be inspected.').toFailure()
  } catch (cause) {
    const error = injectionError(cause)
    if (error.code !== 'page_access_needed' || !wasClicked) return error.toFailure()
    return new FixpointError(
      'page_not_inspectable',
      'Chrome gives extensions no access to this kind of page (about:, data:, blob:, view-source: …).'
    ).toFailure()
  }
}
