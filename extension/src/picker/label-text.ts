import type { Box } from '@fixpoint/protocol'
import type { DescribedElement } from '../message-schemas.ts'
import { isMeaningfulClass } from '../page-tree/names.ts'
import { frameDocumentOf, isFrame } from '../page-tree/page-tree.ts'
import type { LabelText } from './label.ts'
import type { ShownContrast } from './text-contrast.ts'

export interface KnownOfElement {
  described?: DescribedElement | undefined
  contrast?: ShownContrast | null | undefined
}

/** What the label says about an element; component, source and contrast come later than the rest. */
export function labelText(element: Element, size: Pick<Box, 'width' | 'height'>, { described, contrast }: KnownOfElement): LabelText {
  const id = element.id && element.id.length <= 40 ? `#${element.id}` : ''
  const classes = [...element.classList].filter(isMeaningfulClass).slice(0, 2)
  const name = `${element.localName}${id}${classes.map(name => `.${name}`).join('')}`
  const { source } = described ?? {}
  return {
    title: described?.component ?? `<${element.localName}>`,
    detail: `${described?.component || id || classes.length > 0 ? `${name} · ` : ''}${sizeText(size)}`,
    source: source ? `${source.file}${source.line === undefined ? '' : `:${source.line}`}` : '',
    contrast: contrast ?? null,
    note: noteOf(element)
  }
}

export function sizeText({ width, height }: Pick<Box, 'width' | 'height'>): string {
  return `${Math.round(width)} × ${Math.round(height)}`
}

function noteOf(element: Element): string {
  if (!isFrame(element) || frameDocumentOf(element)) return ''
  const { host } = URL.parse(element.src) ?? { host: '' }
  return `A frame of ${host || 'another site'}: pick it, and the panel offers to point inside.`
}
