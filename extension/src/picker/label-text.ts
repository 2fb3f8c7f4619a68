import type { Box } from '@fixpoint/protocol'
import type { DescribedElement } from '../message-schemas.ts'
import { isMeaningfulClass } from '../page-tree/names.ts'
import type { LabelText } from './overlay.ts'

/** What the label says about an element; component and source come later than the rest. */
export function labelText(element: Element, box: Box, described: DescribedElement | undefined): LabelText {
  const id = element.id && element.id.length <= 40 ? `#${element.id}` : ''
  const classes = [...element.classList].filter(isMeaningfulClass).slice(0, 2)
  const name = `${element.localName}${id}${classes.map(name => `.${name}`).join('')}`
  const size = `${Math.round(box.width)} × ${Math.round(box.height)}`
  const { source } = described ?? {}
  return {
    title: described?.component ?? `<${element.localName}>`,
    detail: `${described?.component || id || classes.length > 0 ? `${name} · ` : ''}${size}`,
    source: source ? `${source.file}${source.line === undefined ? '' : `:${source.line}`}` : ''
  }
}
