import type { ElementReference } from '../message-schemas.ts'
import type { PageInspection, RawComponent, RawSource } from './inspection.ts'

/**
 * Looks at the React fibers of elements. Runs in the page's own world by `chrome.scripting.executeScript({ func })`, so it must be
 * complete in itself: nothing from outside the function can be used, only types.
 *
 * The page is hostile. Values are read through property descriptors and only where they are data: no getter and no component
 * function is ever called. Walks have a limit and the whole has a deadline. The answer is parsed again by whoever asked.
 * @param deadline milliseconds until it answers with what it has.
 */
export function inspectInPage(references: readonly ElementReference[], deadline: number): PageInspection {
  const MAX_STEPS = 1_000
  const MAX_COMPONENTS = 50
  const startedAt = performance.now()
  const isLate = () => performance.now() - startedAt > deadline
  const { getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf } = Object

  /** The value of a data property; getters and what cannot be looked at count as absent. */
  function own(target: unknown, key: PropertyKey): unknown {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return undefined
    try {
      return getOwnPropertyDescriptor(target, key)?.value
    } catch {
      // A revoked or hostile proxy: as good as nothing there.
      return undefined
    }
  }

  function text(value: unknown, limit: number): string | undefined {
    return typeof value === 'string' && value.length > 0 ? value.slice(0, limit) : undefined
  }

  /** The stack of an Error. V8 may keep it behind an accessor, which is only called when it is the engine's own. */
  function stackOf(error: unknown): string | undefined {
    if (typeof error !== 'object' || error === null) return undefined
    const plain = text(own(error, 'stack'), 6_000)
    if (plain) return plain
    try {
      const native = getOwnPropertyDescriptor(new Error(), 'stack')?.get
      const getter = getOwnPropertyDescriptor(error, 'stack')?.get
      return native && getter === native ? text(native.call(error), 6_000) : undefined
    } catch {
      return undefined
    }
  }

  function find(reference: ElementReference): Element | null {
    let root: Document | ShadowRoot = document
    let element: Element | null = null
    for (const step of reference.path) {
      if (step === 'shadow') {
        // A closed root stays closed here; its host is the nearest that this world can see.
        if (!element?.shadowRoot) return element
        root = element.shadowRoot
        element = null
      } else if (step === 'frame') {
        const inner: Document | null = element && 'contentDocument' in element ? (element as HTMLIFrameElement).contentDocument : null
        if (!inner) return element
        root = inner
        element = null
      } else {
        const parent: ParentNode = element ?? root
        element = parent.children[step] ?? null
        if (!element) return null
      }
    }
    return element && element.localName === reference.tag ? element : null
  }

  function fiberKeyOf(element: Element): string | undefined {
    for (const name of getOwnPropertyNames(element)) {
      if (name.startsWith('__reactFiber$') || name.startsWith('__reactInternalInstance$')) return name
    }
    return undefined
  }

  /** The fiber of the element or of the nearest one around it that React made. */
  function fiberAround(element: Element): unknown {
    let current: Node | null = element
    for (let step = 0; current && step < MAX_STEPS; step++) {
      if (current.nodeType === 1) {
        const key = fiberKeyOf(current as Element)
        if (key) return own(current, key)
      }
      const parent: Node | null = current.parentNode
      if (parent) current = parent
      else current = 'host' in current ? (current as ShadowRoot).host : null
    }
    return undefined
  }

  function nameOfType(type: unknown, depth = 0): string | undefined {
    if (typeof type === 'function') return text(own(type, 'displayName'), 1_000) ?? text(own(type, 'name'), 1_000) ?? 'Anonymous'
    if (typeof type !== 'object' || type === null || depth > 3) return undefined
    // memo() keeps the component in `type`, forwardRef() in `render`.
    const inner = own(type, 'type') ?? own(type, 'render')
    if (typeof inner !== 'function' && (typeof inner !== 'object' || inner === null)) return undefined
    const marker = own(type, '$$typeof')
    if (typeof marker !== 'symbol') return undefined
    return text(own(type, 'displayName'), 1_000) ?? nameOfType(inner, depth + 1)
  }

  /** The component's name, when the fiber is one of a component. Server components have records instead of fibers. */
  function componentName(fiber: unknown): string | undefined {
    const type = own(fiber, 'type')
    if (typeof type === 'function' || (typeof type === 'object' && type !== null)) return nameOfType(type)
    return own(fiber, 'tag') === undefined ? text(own(fiber, 'name'), 1_000) : undefined
  }

  /** Where the JSX that made this fiber is written, as far as React says. */
  function sourceOf(fiber: unknown): RawSource | undefined {
    const debugSource = own(fiber, '_debugSource')
    const file = text(own(debugSource, 'fileName'), 2_000)
    const line = own(debugSource, 'lineNumber')
    const column = own(debugSource, 'columnNumber')
    if (file && typeof line === 'number') {
      return { kind: 'position', file, line, column: typeof column === 'number' ? column : undefined }
    }
    const stack = stackOf(own(fiber, '_debugStack')) ?? text(own(fiber, 'stack'), 6_000)
    return stack ? { kind: 'stack', stack } : undefined
  }

  function isSame(fiber: unknown, other: unknown): boolean {
    return fiber === other || (other !== undefined && other !== null && own(fiber, 'alternate') === other)
  }

  /**
   * Components from the nearest outwards. The place given for a component is where, inside it, the JSX stands that leads to the
   * element. The component that wrote the element's own JSX comes first: with `<Card><b/></Card>` that is not Card.
   */
  function componentsAround(start: unknown): { components: RawComponent[]; isCut: boolean } {
    const chain: unknown[] = []
    const seen = new Set<unknown>()
    for (let fiber = start; fiber && !seen.has(fiber) && chain.length < MAX_STEPS && !isLate(); fiber = own(fiber, 'return')) {
      if (typeof fiber !== 'object') break
      seen.add(fiber)
      chain.push(fiber)
    }
    const placed: { owner: unknown; source: RawSource }[] = []
    const components: RawComponent[] = []
    const firstOwner = own(chain[0], '_debugOwner')
    for (const [index, fiber] of chain.entries()) {
      if (isLate()) break
      // memo() around forwardRef() makes two fibers for what people wrote as one component.
      const isWrapper =
        index > 0 && own(own(fiber, 'type'), 'type') !== undefined && own(own(fiber, 'type'), 'type') === own(chain[index - 1], 'type')
      const name = isWrapper ? undefined : componentName(fiber)
      if (name && components.length < MAX_COMPONENTS) {
        const source = placed.find(({ owner }) => isSame(fiber, owner))?.source
        const component: RawComponent = { name, source }
        if (isSame(fiber, firstOwner)) components.unshift(component)
        else components.push(component)
      }
      const owner = own(fiber, '_debugOwner')
      if (owner && !placed.some(place => isSame(place.owner, owner))) {
        const source = sourceOf(fiber)
        if (source) placed.push({ owner, source })
        // Owners on the server are not in the chain of fibers.
        if (own(owner, 'tag') === undefined && components.length < MAX_COMPONENTS) {
          const serverName = text(own(owner, 'name'), 1_000)
          if (serverName) components.push({ name: serverName, source })
        }
      }
    }
    return { components, isCut: isLate() || chain.length >= MAX_STEPS }
  }

  /** The major version shows in the shape of the fibers, where no DevTools hook knows more. */
  function reactVersion(fiber: unknown): string | undefined {
    const hook = own(window, '__REACT_DEVTOOLS_GLOBAL_HOOK__')
    const renderers = own(hook, 'renderers')
    try {
      if (renderers instanceof Map && getPrototypeOf(renderers) === Map.prototype) {
        const iterator = Map.prototype.values.call(renderers)
        for (let step = 0; step < 10; step++) {
          const next = iterator.next()
          if (next.done) break
          const version = text(own(next.value, 'version'), 50)
          if (version && /^\d+\.\d+/.test(version)) return version
        }
      }
    } catch {
      // An overridden Map says nothing; the shape still does.
    }
    if (typeof fiber !== 'object' || fiber === null) return undefined
    const has = (key: string) => getOwnPropertyDescriptor(fiber, key) !== undefined
    if (has('refCleanup')) return '19'
    if (has('expirationTime')) return '16'
    if (!has('lanes')) return undefined
    return has('firstEffect') ? '17' : '18'
  }

  function frameworks(fiber: unknown): string[] {
    const found: string[] = []
    if (fiber) found.push(`React ${reactVersion(fiber) ?? ''}`.trim())
    const next = text(own(own(window, 'next'), 'version'), 50)
    if (next) found.push(`Next.js ${next}`)
    const vue = document.querySelector('[data-v-app]')
    if (vue) found.push(`Vue ${text(own(own(vue, '__vue_app__'), 'version'), 50) ?? ''}`.trim())
    const angular = document.querySelector('[ng-version]')?.getAttribute('ng-version')
    if (angular) found.push(`Angular ${angular.slice(0, 50)}`)
    const generator = document.querySelector('meta[name="generator"]')?.getAttribute('content')
    if (generator) found.push(generator.slice(0, 80))
    return found
  }

  let firstFiber: unknown
  const elements: PageInspection['elements'] = []
  for (const reference of references) {
    const element = find(reference)
    const fiber = element ? fiberAround(element) : undefined
    firstFiber ??= fiber
    elements.push({ isFound: element !== null, ...componentsAround(fiber) })
  }
  return { elements, frameworks: frameworks(firstFiber ?? fiberAround(document.body?.querySelector('*') ?? document.documentElement)) }
}
