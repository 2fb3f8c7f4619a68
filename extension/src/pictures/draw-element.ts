import { isolatedWorld } from '../isolated-world.ts'
import { isFrame } from '../page-tree/page-tree.ts'
import { hasPrivateContent, privateFieldSelector } from '../privacy/private-fields.ts'
import { privateSpansOf } from '../privacy/private-places.ts'
import type { PrivateWords } from '../privacy/private-words.ts'
import type { SecretSpan } from '../privacy/secrets.ts'
import type { ElementPicture } from './element-picture.ts'

/** The options of html2canvas that are used here, which html2canvas-pro has too. */
interface RenderOptions {
  scale: number
  backgroundColor: string | null
  logging: boolean
  useCORS: boolean
  imageTimeout: number
  ignoreElements: (element: Element) => boolean
  onclone: (clone: Document, element: HTMLElement) => void
}
type Renderer = (element: HTMLElement, options: RenderOptions) => Promise<HTMLCanvasElement>

// html2canvas copies the whole document and computes every style of it: beyond these it would hold the page up for seconds.
const MOST_NODES = 5_000
const LONGEST_SIDE = 4_000
const LONGEST_TEXT = 100_000
const BUDGET = 3_000
const LARGEST_SCALE = 2
const COVER_COLOR = '#8d8a99'

/**
 * Draws an element from its styles, also where it is outside the window or covered by something.
 * @returns the picture, or the reason why this renderer does not make one.
 */
export async function drawElement(number: number, render: Renderer): Promise<ElementPicture> {
  const { picker, privacy } = isolatedWorld()
  const element = picker?.picks.get(number)?.element
  if (!picker || !privacy || !element?.isConnected) return { reason: 'the element is no longer there', isRendererFailure: false }
  const obstacle = obstacleTo(element)
  if (obstacle) return { reason: obstacle, isRendererFailure: false }
  const owner = element.ownerDocument
  // A copied frame would load its page a second time.
  const ignored = new Set<Element>([picker.overlay.host, ...owner.querySelectorAll('iframe')])
  const words = await privacy.words()
  const restore = keepMeasuringImagesInline()
  try {
    const drawing = withHarmlessCopies(() =>
      render(element as HTMLElement, {
        scale: Math.min(LARGEST_SCALE, Math.max(1, window.devicePixelRatio)),
        backgroundColor: backgroundBehind(element),
        logging: false,
        useCORS: true,
        imageTimeout: BUDGET / 2,
        ignoreElements: other => ignored.has(other),
        onclone: clone => hidePrivateContent(clone, words)
      })
    )
    const canvas = await withinBudget(drawing)
    if (canvas === null) return { reason: `it took longer than ${BUDGET / 1_000} s`, isRendererFailure: false }
    if (canvas.width < 1 || canvas.height < 1) return { reason: 'the picture is empty', isRendererFailure: true }
    return { dataUrl: canvas.toDataURL('image/webp', 0.92), width: canvas.width, height: canvas.height }
  } catch (error) {
    return { reason: (error instanceof Error ? error.message : String(error)).slice(0, 300), isRendererFailure: true }
  } finally {
    restore()
  }
}

/**
 * html2canvas finds the baseline of a font with an image in a line of text, which a page's `img { display: block }` (every CSS reset
 * has it) pushes below the line: all text is then drawn too low. `document` here is the isolated world's own object for it.
 */
function keepMeasuringImagesInline(): () => void {
  const original = document.createElement
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = original.call(document, name, options)
    if (element.localName === 'img') element.style.setProperty('display', 'inline', 'important')
    return element
  }
  return () => Reflect.deleteProperty(document, 'createElement')
}

/**
 * Copying a custom element runs its constructor, and a copied picture loads again with its `onload` attribute: the page would see
 * its own code run. While the renderer copies the document (it does so before it first waits), copies are made without either.
 * `Node.prototype` is that of the extension's isolated world; the page has another one.
 */
function withHarmlessCopies<T>(render: () => T): T {
  const { cloneNode } = Node.prototype
  Node.prototype.cloneNode = function (this: Node, isDeep?: boolean): Node {
    if (!(this instanceof Element)) return cloneNode.call(this, isDeep)
    if (this.localName.includes('-') && !isDeep) {
      const copy = document.createElement('fixpoint-copy')
      copy.setAttribute('style', this.getAttribute('style') ?? '')
      return copy
    }
    const copy = cloneNode.call(this, isDeep)
    if (copy instanceof Element) for (const name of copy.getAttributeNames()) if (name.startsWith('on')) copy.removeAttribute(name)
    return copy
  }
  try {
    return render()
  } finally {
    Node.prototype.cloneNode = cloneNode
  }
}

/** Why the element should not be drawn at all. */
function obstacleTo(element: Element): string | null {
  const owner = element.ownerDocument
  const { width, height } = element.getBoundingClientRect()
  if (width < 1 || height < 1) return 'the element has no size'
  if (width > LONGEST_SIDE || height > LONGEST_SIDE) return `the element is larger than ${LONGEST_SIDE} px`
  if (owner.getElementsByTagName('*').length > MOST_NODES) return `the page has more than ${MOST_NODES} elements`
  if ((element.textContent ?? '').length > LONGEST_TEXT) return `the element has more than ${LONGEST_TEXT} characters`
  if (element.getRootNode() !== owner) return 'the element is inside a shadow root'
  if (isFrame(element) || element.querySelector('iframe')) return 'the element has a frame in it'
  return null
}

/**
 * In the copy that is drawn: fields become blocks of one colour in the same place, and so does every letter of a secret.
 */
function hidePrivateContent(clone: Document, words: PrivateWords): void {
  for (const field of clone.querySelectorAll<HTMLElement>(privateFieldSelector())) {
    if (!hasPrivateContent(field)) continue
    if ('value' in field && field.localName !== 'select') field.value = ''
    field.removeAttribute('placeholder')
    for (const property of ['color', 'background-color', 'border-color', 'text-decoration-color', 'caret-color']) {
      field.style.setProperty(property, COVER_COLOR, 'important')
    }
    field.style.setProperty('background-image', 'none', 'important')
    // Hidden, not removed: the field keeps its size, and what is around it its place.
    for (const inside of field.querySelectorAll<HTMLElement>('*')) inside.style.setProperty('visibility', 'hidden', 'important')
  }
  for (const [node, spans] of privateSpansOf(clone, words)) node.nodeValue = blocked(node.nodeValue ?? '', spans)
  for (const element of clone.querySelectorAll('[alt], [placeholder], input[value]')) {
    for (const name of ['alt', 'placeholder', 'value']) {
      const text = element.getAttribute(name)
      if (text) element.setAttribute(name, blocked(text, words.spansIn(text)))
    }
  }
}

/** The text with a block for each letter of a secret. */
function blocked(text: string, spans: readonly SecretSpan[]): string {
  let result = text
  for (const { start, end } of spans) result = result.slice(0, start) + '█'.repeat(end - start) + result.slice(end)
  return result
}

/** What shows through the element: the nearest background that is opaque, as the picture has nothing behind it. */
function backgroundBehind(element: Element): string | null {
  for (let current = element.parentElement; current; current = current.parentElement) {
    const color = getComputedStyle(current).backgroundColor
    if (/^rgb\(/.test(color)) return color
  }
  return null
}

async function withinBudget(drawing: Promise<HTMLCanvasElement>): Promise<HTMLCanvasElement | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), BUDGET)
  })
  try {
    return await Promise.race([drawing, timeout])
  } finally {
    clearTimeout(timer)
  }
}
