import type { Box } from '@fixpoint/protocol'

export function addPart(parent: ParentNode, className: string): HTMLElement {
  const element = document.createElement('div')
  element.className = className
  parent.append(element)
  return element
}

export function placeBox(element: HTMLElement, box: Box): void {
  element.style.translate = `${box.x}px ${box.y}px`
  element.style.width = `${box.width}px`
  element.style.height = `${box.height}px`
}
