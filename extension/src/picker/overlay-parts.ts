import type { Box } from '@fixpoint/protocol'

export function addPart(parent: ParentNode, className: string): HTMLElement {
  const element = document.createElement('div')
  element.className = className
  parent.append(element)
  return element
}

/** A text that is there already stays: a new one would be laid out anew, though it is the same. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

export function placeBox(element: HTMLElement, box: Box): void {
  element.style.translate = `${box.x}px ${box.y}px`
  element.style.width = `${box.width}px`
  element.style.height = `${box.height}px`
}
