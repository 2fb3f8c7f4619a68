import '@fixpoint/ui/styles.css'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

/** Shows one of the extension's pages in its document. */
export function showPage(page: ReactNode): void {
  const root = document.getElementById('root')
  if (root === null) throw new Error('The document has no element for the page.')
  createRoot(root).render(page)
}
