import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'

export function Dialog({ children }: { children: ReactNode; at: string }) {
  return createPortal(
    <div role="dialog" data-at="dialog-box" style={{ padding: 20 }}>
      {children}
    </div>,
    document.body
  )
}
