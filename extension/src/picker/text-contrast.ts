import { elementsAtPoint } from '../page-tree/layers-at-point.ts'
import { parentOf, topBoxOf } from '../page-tree/page-tree.ts'
import { isPrivateField } from '../privacy/private-fields.ts'
import { type Color, contrastOf, type TextContrast } from './contrast.ts'

/** The label's words for it. */
export interface ShownContrast {
  text: string
  tone: 'passes' | 'fails' | 'unknown'
}

const MOST_LAYERS = 60

/** @param ignored is Fixpoint's own element. */
export function shownContrast(element: Element, ignored: Element): ShownContrast | null {
  const contrast = textContrast(element, ignored)
  if (contrast === null) return null
  if (contrast === 'unknown') return { text: 'contrast: over a picture', tone: 'unknown' }
  const ratio = Math.floor(contrast.ratio * 10) / 10
  return contrast.level === 'fails'
    ? { text: `${ratio} ✕ AA needs ${contrast.needed}`, tone: 'fails' }
    : { text: `${ratio} ✓ ${contrast.level}`, tone: 'passes' }
}

/**
 * How well the text of an element stands out from what is really behind it: the backgrounds of everything below its middle. `unknown`
 * over pictures and gradients, and where blending or filters change what is seen; null where there is no text.
 */
function textContrast(element: Element, ignored: Element): TextContrast | 'unknown' | null {
  if (!hasOwnText(element)) return null
  const style = getComputedStyle(element)
  const text = readColor(style.getPropertyValue('-webkit-text-fill-color') || style.color)
  if (!text || style.backgroundClip.includes('text')) return 'unknown'
  const backgrounds: Color[] = []
  for (const layer of layersBehind(element, ignored)) {
    const { backgroundColor, backgroundImage, mixBlendMode, filter, opacity } = getComputedStyle(layer)
    const isGraphic = ['img', 'video', 'canvas', 'svg', 'iframe'].includes(layer.localName) && layer !== element
    if (backgroundImage !== 'none' || mixBlendMode !== 'normal' || filter !== 'none' || isGraphic) return 'unknown'
    const background = readColor(backgroundColor)
    if (!background) return 'unknown'
    backgrounds.push(background)
    // What is translucent as a group lets through what is behind the group: its text too.
    if (Number(opacity) < 1)
      for (const part of layer.contains(element) ? [text, ...backgrounds] : [background]) part.alpha *= Number(opacity)
    if (background.alpha >= 0.999 && !isInTranslucentGroup(layer)) break
  }
  return contrastOf(text, backgrounds, Number.parseFloat(style.fontSize), Number(style.fontWeight))
}

function hasOwnText(element: Element): boolean {
  if (isPrivateField(element)) return 'value' in element && typeof element.value === 'string' && element.value !== ''
  if (element.localName === 'input') return true
  return [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && (node.nodeValue ?? '').trim() !== '')
}

/** What is painted behind the element at its middle, from the element itself down. Outside the window its ancestors have to do. */
function layersBehind(element: Element, ignored: Element): Element[] {
  const box = topBoxOf(element)
  const stack = elementsAtPoint(box.x + box.width / 2, box.y + box.height / 2, ignored, false)
  const index = stack.indexOf(element)
  if (index >= 0) return stack.slice(index, index + MOST_LAYERS)
  const chain: Element[] = []
  for (let current: Element | null = element; current && chain.length < MOST_LAYERS; current = parentOf(current)) chain.push(current)
  return chain
}

function isInTranslucentGroup(element: Element): boolean {
  for (let current = parentOf(element); current; current = parentOf(current)) if (Number(getComputedStyle(current).opacity) < 1) return true
  return false
}

let context: OffscreenCanvasRenderingContext2D | null = null

/** Any colour that the browser understands, also oklch() and color-mix(). */
function readColor(value: string): Color | null {
  const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(value)
  if (plain) return { red: Number(plain[1]), green: Number(plain[2]), blue: Number(plain[3]), alpha: Number(plain[4] ?? 1) }
  context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  if (!context) return null
  context.clearRect(0, 0, 1, 1)
  context.fillStyle = value
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
  return { red, green, blue, alpha: alpha / 255 }
}
