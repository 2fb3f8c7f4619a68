import type { LabelText } from './label.ts'
import type { PickTarget } from './pick-target.ts'

/** What the label says about a selected text. */
export function labelOfText(target: Extract<PickTarget, { kind: 'text' }>): LabelText {
  const words = target.range.toString().replace(/\s+/g, ' ').trim()
  return {
    title: `“${words.length > 40 ? `${words.slice(0, 40).toWellFormed()}…` : words}”`,
    detail: `selected text in <${target.element.localName}> · ${words.length} characters`,
    source: ''
  }
}
