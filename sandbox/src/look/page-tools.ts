import type { PickTarget } from '@fixpoint/protocol/sandbox'

/** A rectangle in CSS pixels, relative to the viewport. */
interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export type PageTools = ReturnType<typeof makePageTools>

/**
 * Makes what looks at the page from inside. Runs in an isolated world: it shares the document with the page's scripts and nothing
 * else, so they cannot make it lie. Passed to the browser as text: uses nothing from outside.
 */
export function makePageTools() {
  /** More elements than a person could have pointed at among. */
  const MAX_ELEMENTS = 50_000
  /** From this length on a text may have been cut where it was captured. */
  const CUT_CHARACTERS = 100
  const TEXT_CHARACTERS = 500
  const STYLE_CHARACTERS = 1_000

  const found = new Map<number, Element>()

  // By node type and name, because what is in a frame has that frame's own classes.
  const isElement = (node: Node): node is Element => node.nodeType === 1
  const isDocument = (node: Node): node is Document => node.nodeType === 9
  const isFrame = (element: Element): element is HTMLIFrameElement => element.localName === 'iframe'
  const isHtml = (element: Element): element is HTMLElement => element.namespaceURI === 'http://www.w3.org/1999/xhtml'
  const isImage = (element: Element): element is HTMLImageElement => element.localName === 'img'
  const isMedia = (element: Element): element is HTMLMediaElement => element.localName === 'video' || element.localName === 'audio'

  /** The document and what is inside it: open shadow roots and frames of the same origin. */
  function roots(): (Document | ShadowRoot)[] {
    const all: (Document | ShadowRoot)[] = [document]
    let seen = 0
    for (const root of all) {
      for (const element of root.querySelectorAll('*')) {
        seen += 1
        if (seen > MAX_ELEMENTS) return all
        const inner = contentOf(element)
        if (inner !== null) all.push(inner)
      }
    }
    return all
  }

  function contentOf(element: Element): Document | ShadowRoot | null {
    // The content of a frame of another origin is null.
    return element.shadowRoot ?? (isFrame(element) ? element.contentDocument : null)
  }

  function select(root: ParentNode, selector: string): Element[] {
    try {
      return [...root.querySelectorAll(selector)]
    } catch {
      // Not a selector of this browser; other evidence may do.
      return []
    }
  }

  function bySelectors(selectors: string[]): Element | undefined {
    let root: ParentNode | null = document
    for (const [index, selector] of selectors.entries()) {
      const matches: Element[] = root === null ? [] : select(root, selector)
      const [match] = matches
      if (match === undefined || matches.length > 1) return undefined
      if (index === selectors.length - 1) return match
      root = contentOf(match)
    }
    return undefined
  }

  function everywhere(selector: string): Element[] {
    return roots().flatMap(root => select(root, selector))
  }

  /** The only candidate, or the one nearest to where the element was. */
  function nearest(candidates: Element[], box: Rectangle | undefined): Element | undefined {
    if (candidates.length <= 1) return candidates[0]
    if (box === undefined) return undefined
    const distance = (element: Element) => {
      const at = boxOf(element)
      return Math.hypot(at.x + at.width / 2 - box.x - box.width / 2, at.y + at.height / 2 - box.y - box.height / 2)
    }
    return candidates.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best))
  }

  function textOf(element: Element): string {
    // biome-ignore lint/performance/useDomNodeTextContent: what a person reads is wanted, without hidden parts.
    const text = isHtml(element) ? element.innerText : (element.textContent ?? '')
    return text.replace(/\s+/g, ' ').trim().slice(0, TEXT_CHARACTERS)
  }

  /** White space depends on how a text was put together. */
  function comparable(text: string): string {
    return text.replace(/\s+/g, '').toLowerCase()
  }

  /** Relative to the viewport of the page, also for an element in a frame. */
  function boxOf(element: Element): Rectangle {
    let { x, y, width, height } = element.getBoundingClientRect()
    for (let frame = element.ownerDocument.defaultView?.frameElement ?? null; frame !== null; ) {
      const at = frame.getBoundingClientRect()
      const style = getComputedStyle(frame)
      x += at.x + frame.clientLeft + Number.parseFloat(style.paddingLeft)
      y += at.y + frame.clientTop + Number.parseFloat(style.paddingTop)
      frame = frame.ownerDocument.defaultView?.frameElement ?? null
    }
    return { x, y, width, height }
  }

  function isInView({ x, y, width, height }: Rectangle): boolean {
    return x < innerWidth && y < innerHeight && x + width > 0 && y + height > 0
  }

  function nextFrame(): Promise<void> {
    return new Promise(resolve => requestAnimationFrame(() => resolve()))
  }

  /** Finite animations to their end, endless ones to their beginning, films to their first picture. */
  function stopMotion(style: string): void {
    for (const root of roots()) {
      adoptStyle(root, style)
      for (const media of [...root.querySelectorAll('video, audio')].filter(isMedia)) {
        media.pause()
        if (media.readyState > 0 && media.currentTime !== 0) media.currentTime = 0
      }
      if (!isDocument(root)) continue
      for (const animation of root.getAnimations()) {
        // Driven by scrolling: it stands where it should.
        if (animation.timeline !== root.timeline) continue
        const end = animation.effect?.getComputedTiming().endTime
        if (end === Number.POSITIVE_INFINITY || animation.playbackRate === 0) {
          animation.pause()
          animation.currentTime = 0
        } else if (animation.playState !== 'finished') {
          animation.finish()
        }
      }
    }
  }

  /** For shadow roots that came as markup, and where a script has put other style sheets in place of ours. */
  function adoptStyle(root: Document | ShadowRoot, style: string): void {
    const owner = isDocument(root) ? root : root.ownerDocument
    // A constructed sheet can only be used in the document of the window that made it.
    if (owner !== document) return
    const marker = style.slice(style.indexOf('caret-color'), style.indexOf('!important', style.indexOf('caret-color'))).trim()
    if (root.adoptedStyleSheets.some(sheet => sheet.cssRules[0]?.cssText.includes(marker))) return
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets.push(sheet)
  }

  async function imagesInView(): Promise<void> {
    const images = everywhere('img').filter(isImage)
    await Promise.all(
      images
        .filter(image => image.currentSrc !== '' && isInView(boxOf(image)))
        // Rejects for a broken image, which is shown as such.
        .map(image => image.decode().catch(() => undefined))
    )
  }

  return {
    facts: () => ({
      url: location.href,
      title: document.title,
      scrollX,
      scrollY,
      pageWidth: Math.max(innerWidth, document.documentElement.scrollWidth, document.body?.scrollWidth ?? 0),
      pageHeight: Math.max(innerHeight, document.documentElement.scrollHeight, document.body?.scrollHeight ?? 0),
      viewWidth: innerWidth,
      viewHeight: innerHeight
    }),

    scroll: ({ x, y }: { x: number; y: number }) => {
      const before = { x: scrollX, y: scrollY }
      scrollTo({ left: x, top: y, behavior: 'instant' })
      return { hasMoved: before.x !== scrollX || before.y !== scrollY }
    },

    /** Waits for fonts and images in view, and stops what moves. @param limit milliseconds */
    settle: async ({ style, limit }: { style: string; limit: number }) => {
      stopMotion(style)
      const arrived = Promise.all([document.fonts.ready, imagesInView()]).then(() => true)
      const isComplete = await Promise.race([arrived, new Promise<boolean>(resolve => setTimeout(() => resolve(false), limit))])
      await nextFrame()
      stopMotion(style)
      await nextFrame()
      return { isComplete }
    },

    stopMotion: ({ style }: { style: string }) => {
      stopMotion(style)
    },

    /** Finds elements by selectors, then by test id, and remembers them by number. */
    find: ({ targets, testIdAttributes }: { targets: PickTarget[]; testIdAttributes: readonly string[] }) =>
      targets.map(target => {
        const bySelector = bySelectors(target.selectors)
        const byTestId = () =>
          target.testId === undefined
            ? undefined
            : nearest(everywhere(testIdAttributes.map(name => `[${name}="${CSS.escape(target.testId ?? '')}"]`).join(', ')), target.box)
        const element = bySelector ?? byTestId()
        if (element === undefined) return { number: target.number, foundBy: null }
        found.set(target.number, element)
        return { number: target.number, foundBy: bySelector === undefined ? 'test_id' : 'selector' }
      }),

    /** Takes the best of elements that the browser found. */
    choose: ({ target }: { target: PickTarget }, ...candidates: Node[]) => {
      const elements = candidates.filter(isElement)
      const sameTag = elements.filter(element => element.localName === target.tag.toLowerCase())
      const element = nearest(sameTag.length > 0 ? sameTag : elements, target.box)
      if (element !== undefined) found.set(target.number, element)
      return { isFound: element !== undefined }
    },

    findByText: ({ target }: { target: PickTarget }) => {
      const wanted = comparable((target.text ?? '').replace(/… \(\d+ more characters\)$/, ''))
      const isSame = (text: string) => text === wanted || (wanted.length >= CUT_CHARACTERS && text.startsWith(wanted))
      // As it is shown or as it is written, which differ where style changes letters.
      const isMatch = (candidate: Element) => isSame(comparable(textOf(candidate))) || isSame(comparable(candidate.textContent ?? ''))
      const candidates = wanted === '' ? [] : everywhere(CSS.escape(target.tag.toLowerCase())).filter(isMatch)
      const element = nearest(candidates, target.box)
      if (element !== undefined) found.set(target.number, element)
      return { isFound: element !== undefined }
    },

    /** The first visible match of a selector, remembered under the number. */
    findFirst: ({ selector, number }: { selector: string; number: number }) => {
      const element = [...document.querySelectorAll(selector)].find(candidate => candidate.getBoundingClientRect().width > 0)
      if (element !== undefined) found.set(number, element)
      return { isFound: element !== undefined }
    },

    isSelector: ({ selector }: { selector: string }) => {
      try {
        document.createDocumentFragment().querySelector(selector)
        return true
      } catch {
        return false
      }
    },

    describe: ({ number, properties }: { number: number; properties: readonly string[] }) => {
      const element = found.get(number)
      if (element === undefined || !element.isConnected) return null
      const style = getComputedStyle(element)
      return {
        box: boxOf(element),
        text: textOf(element),
        styles: Object.fromEntries(properties.map(name => [name, style.getPropertyValue(name).slice(0, STYLE_CHARACTERS)]))
      }
    },

    box: ({ number }: { number: number }) => {
      const element = found.get(number)
      return element?.isConnected ? boxOf(element) : null
    },

    scrollIntoView: ({ number }: { number: number }) => {
      found.get(number)?.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
    }
  }
}
