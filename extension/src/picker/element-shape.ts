import type { Box } from '@fixpoint/protocol'
import { isHTMLElement, parentOf, topBoxOf } from '../page-tree/page-tree.ts'

/** a, b, c, d of a CSS `matrix()`: how an element is turned, skewed and scaled in the top window. */
type Linear = readonly [number, number, number, number]

/** An element as it is drawn: a rectangle of its own size, turned around its centre. */
export interface Shape {
  center: { x: number; y: number }
  /** Before any transform, in CSS pixels. */
  width: number
  height: number
  linear: Linear
  /** The upright rectangle around it. */
  box: Box
}

const UPRIGHT: Linear = [1, 0, 0, 1]
const MOST_ANCESTORS = 200

/** The shape of an upright rectangle. */
function shapeOfBox(box: Box): Shape {
  return {
    center: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
    width: box.width,
    height: box.height,
    linear: UPRIGHT,
    box
  }
}

/**
 * The shape of an element. Its centre stays the centre of the upright rectangle under every affine transform, so that the ancestors'
 * matrices without their translations are all that is needed. What that does not explain (perspective, columns) stays upright.
 * @param isExact looks at the transforms also where the size gives no sign of any.
 */
export function shapeOf(element: Element, isExact: boolean): Shape {
  const box = topBoxOf(element)
  const upright = shapeOfBox(box)
  if (!isHTMLElement(element) || element.getClientRects().length > 1) return upright
  const { offsetWidth: width, offsetHeight: height } = element
  const isUntouched = Math.abs(width - box.width) < 1 && Math.abs(height - box.height) < 1
  if (width === 0 || height === 0 || (isUntouched && !isExact)) return upright
  const linear = linearOf(element)
  const [a, b, c, d] = linear
  const isExplained =
    Math.abs(Math.abs(a) * width + Math.abs(c) * height - box.width) <= 2 + 0.01 * box.width &&
    Math.abs(Math.abs(b) * width + Math.abs(d) * height - box.height) <= 2 + 0.01 * box.height
  if (!isExplained) return upright
  const isTurned = b !== 0 || c !== 0
  // `offsetWidth` is rounded; where nothing is turned the rectangle itself is exact.
  if (!isTurned && a > 0 && d > 0) return { ...upright, width: box.width / a, height: box.height / d, linear }
  return { ...upright, width, height, linear }
}

function linearOf(element: Element): Linear {
  let result = UPRIGHT
  let current: Element | null = element
  for (let level = 0; current && level < MOST_ANCESTORS; level++) {
    result = multiply(ownLinear(current), result)
    current = parentOf(current)
  }
  const zoom = 'currentCSSZoom' in element && typeof element.currentCSSZoom === 'number' ? element.currentCSSZoom : 1
  return zoom === 1 ? result : multiply([zoom, 0, 0, zoom], result)
}

/** `translate` does not matter here; the order of the others is that of CSS Transforms 2. */
function ownLinear(element: Element): Linear {
  const { transform, rotate, scale } = getComputedStyle(element)
  if (transform === 'none' && rotate === 'none' && scale === 'none') return UPRIGHT
  const words = [rotate === 'none' ? '' : `rotate(${rotate})`, scale === 'none' ? '' : `scale(${scale.split(/\s+/).join(',')})`]
  try {
    const matrix = new DOMMatrixReadOnly(`${words.join(' ')} ${transform === 'none' ? '' : transform}`.trim())
    return [matrix.a, matrix.b, matrix.c, matrix.d]
  } catch {
    // Three-dimensional values of `rotate` and `scale`: not drawn turned.
    return UPRIGHT
  }
}

function multiply([a, b, c, d]: Linear, [e, f, g, h]: Linear): Linear {
  return [a * e + c * f, b * e + d * f, a * g + c * h, b * g + d * h]
}
