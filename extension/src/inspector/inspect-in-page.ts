import type { ElementReference } from '../message-schemas.ts'
import type { PageInspection, RawCode, RawComponent, RawSource, WrittenNode } from './inspection.ts'

/**
 * Looks at what frameworks keep at elements: fibers, virtual nodes, marks for developers. Runs in the page's own world by
 * `chrome.scripting.executeScript({ func })`, so it must be complete in itself: nothing from outside the function can be used, only
 * types. That is why all frameworks are in one file.
 *
 * The page is hostile. Values are read through property descriptors and only where they are data: no getter and no component
 * function is ever called. Walks have a limit and the whole has a deadline. The answer is parsed again by whoever asked.
 * @param deadline milliseconds until it answers with what it has.
 */
export function inspectInPage(references: readonly ElementReference[], deadline: number): PageInspection {
  const MAX_STEPS = 1_000
  /** Virtual nodes that are looked at where the way down from a container is the only one. */
  const MAX_NODES = 20_000
  /** More than are told in the end: a menu of a library has 50 of its own around what the page has put into it. */
  const MAX_COMPONENTS = 150
  /** Characters of a component's code, which it is found by where the framework says no place, or a vague one. */
  const CODE_LENGTH = 600
  /** Nodes around an element whose tags are looked for in the sources, and properties of each. */
  const MAX_WRITTEN_NODES = 300
  const MAX_PROPERTIES = 20
  const startedAt = performance.now()
  const isLate = () => performance.now() - startedAt > deadline
  const { getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf } = Object
  const { isArray } = Array
  const { apply } = Reflect
  const functionText = Function.prototype.toString
  const mapValues = Map.prototype.values
  const setValues = Set.prototype.values
  const nodeType: () => unknown = getOwnPropertyDescriptor(Node.prototype, 'nodeType')?.get ?? (() => undefined)
  let isCut = false

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

  /** The window that an element is in: that of a frame has globals and frameworks of its own. */
  function viewOf(element: Element): Window & typeof globalThis {
    return element.ownerDocument.defaultView ?? window
  }

  /** Elements of frames are of other realms, where `instanceof` says nothing. */
  function asNode(value: unknown): Node | null {
    try {
      return typeof apply(nodeType, value, []) === 'number' ? (value as Node) : null
    } catch {
      return null
    }
  }

  function asElement(value: unknown): Element | null {
    const node = asNode(value)
    return node?.nodeType === 1 ? (node as Element) : null
  }

  // Any framework: one step of a walk up the document.

  function parentOf(node: Node): Node | null {
    return node.parentNode ?? ('host' in node ? (node as ShadowRoot).host : null)
  }

  /** The text of a function. Neither the function nor anything of the page's is called, unless the page has replaced `toString` itself. */
  function codeOf(value: unknown, of: RawCode['of'] = 'component'): RawCode | undefined {
    if (typeof value !== 'function') return undefined
    try {
      const whole = functionText.call(value)
      return whole.length < 20 || whole.endsWith('{ [native code] }')
        ? undefined
        : { text: whole.slice(0, CODE_LENGTH), length: whole.length, of }
    } catch {
      return undefined
    }
  }

  function baseName(file: string): string {
    const last = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
    return last.replace(/[?#].*$/, '').replace(/\.[^.]+$/, '')
  }

  function at(file: unknown, line: unknown, column: unknown): RawSource | undefined {
    const name = text(file, 2_000)
    if (!name || typeof line !== 'number') return undefined
    return { kind: 'position', file: name, line, column: typeof column === 'number' ? column : undefined }
  }

  interface Walk {
    components: RawComponent[]
    nodes?: WrittenNode[]
    isOwnerKnown: boolean
    /** Where the walk up the document goes on: above what this framework has drawn. */
    next: Node | null
  }

  // React

  function reactFiberOf(element: Element): unknown {
    for (const name of getOwnPropertyNames(element)) {
      if (name.startsWith('__reactFiber$') || name.startsWith('__reactInternalInstance$')) return own(element, name)
    }
    return undefined
  }

  function nameOfType(type: unknown, depth = 0): string | undefined {
    if (typeof type === 'function') return text(own(type, 'displayName'), 1_000) ?? text(own(type, 'name'), 1_000) ?? 'Anonymous'
    if (typeof type !== 'object' || type === null || depth > 3) return undefined
    // memo() keeps the component in `type`, forwardRef() in `render`.
    const inner = own(type, 'type') ?? own(type, 'render')
    if (typeof inner !== 'function' && (typeof inner !== 'object' || inner === null)) return undefined
    if (typeof own(type, '$$typeof') !== 'symbol') return undefined
    return text(own(type, 'displayName'), 1_000) ?? nameOfType(inner, depth + 1)
  }

  /** The function that draws a component, inside memo() and forwardRef(). */
  function functionOfType(type: unknown, depth = 0): unknown {
    if (typeof type !== 'object' || type === null || depth > 3) return type
    return functionOfType(own(type, 'type') ?? own(type, 'render'), depth + 1)
  }

  function isFiber(value: unknown): boolean {
    return own(value, 'tag') !== undefined
  }

  /** The component's name, when the node is one of a component: a fiber, or React's record of a component that ran on a server. */
  function componentName(node: unknown): string | undefined {
    const type = own(node, 'type')
    if (typeof type === 'function' || (typeof type === 'object' && type !== null)) return nameOfType(type)
    return isFiber(node) ? undefined : text(own(node, 'name'), 1_000)
  }

  /** Where the JSX that made this node is written, as far as React says. */
  function sourceOf(node: unknown): RawSource | undefined {
    const debugSource = own(node, '_debugSource')
    const exact = at(own(debugSource, 'fileName'), own(debugSource, 'lineNumber'), own(debugSource, 'columnNumber'))
    if (exact) return exact
    const stack = stackOf(own(node, '_debugStack')) ?? stackOf(own(node, 'debugStack')) ?? text(own(node, 'stack'), 6_000)
    return stack ? { kind: 'stack', stack } : undefined
  }

  function ownerOf(node: unknown): unknown {
    return isFiber(node) ? own(node, '_debugOwner') : own(node, 'owner')
  }

  function functionNameOf(node: unknown): string | undefined {
    return text(own(functionOfType(own(node, 'type')), 'name'), 1_000)
  }

  /**
   * The component whose code has the JSX of a node. React calls that the owner who made the element last: where a library clones what it
   * was given (`asChild`), that is the library's component, while the place is still that of the JSX.
   */
  function writerOf(node: unknown, chain: readonly unknown[], index: number): unknown {
    const owner = ownerOf(node)
    if (!isFiber(owner)) return owner
    const source = sourceOf(node)
    const above = chain.slice(index + 1)
    if (source?.kind === 'stack') {
      const ran = renderedBy(source.stack)
      const ownName = functionNameOf(owner)
      if (ran === undefined || ran === ownName) return owner
      return above.find(other => isFiber(other) && functionNameOf(other) === ran) ?? owner
    }
    if (source?.kind !== 'position' || hasPlace(owner, source)) return owner
    return above.find(other => isFiber(other) && hasPlace(other, source)) ?? owner
  }

  /** The function that React called when an element was made: the last one in the stack before React's own. */
  function renderedBy(stack: string): string | undefined {
    const before = /^ *at (?:([^\n(]*?) \()?[^\n]*\n *at [^\n(]*\breact[-_]stack[-_]bottom[-_]frame/m.exec(stack)?.[1]
    return before?.replace(/ \[as .*$/, '').replace(/\.render$/, '')
  }

  /** Whether a component's code makes an element of this place: compilers have put the places into it. */
  function hasPlace(node: unknown, { line, column }: { line: number; column?: number | null | undefined }): boolean {
    const type = functionOfType(own(node, 'type'))
    if (typeof type !== 'function') return false
    try {
      const code = functionText.call(type)
      return new RegExp(`lineNumber: ?${line},\\s*columnNumber: ?${column}\\b`).test(code)
    } catch {
      return false
    }
  }

  function isSame(node: unknown, other: unknown): boolean {
    if (node === other) return true
    if (other === undefined || other === null) return false
    if (isFiber(node)) return own(node, 'alternate') === other
    // Records of the server can come more than once for one component.
    return !isFiber(other) && own(node, 'name') === own(other, 'name') && sourceText(node) === sourceText(other)
  }

  function sourceText(node: unknown): string | undefined {
    const source = sourceOf(node)
    return source?.kind === 'stack' ? source.stack : undefined
  }

  /** The server components between a fiber and the one above it, from the inside out. */
  function serverComponentsAround(fiber: unknown): unknown[] {
    const info = own(fiber, '_debugInfo')
    if (!isArray(info)) return []
    const found: unknown[] = []
    for (let index = Math.min(info.length, 50) - 1; index >= 0; index--) {
      const entry = own(info, String(index))
      if (text(own(entry, 'name'), 1_000)) found.push(entry)
    }
    return found
  }

  /**
   * The place given for a component is where, inside it, the JSX stands that leads to the element. The component that wrote the
   * element's own JSX comes first: with `<Card><b/></Card>` that is not Card.
   */
  function reactWalk(start: unknown): Walk {
    const chain: unknown[] = []
    const seen = new Set<unknown>()
    let root: unknown
    for (let fiber = start; fiber && !seen.has(fiber) && chain.length < MAX_STEPS && !isLate(); fiber = own(fiber, 'return')) {
      if (typeof fiber !== 'object') break
      seen.add(fiber)
      root = fiber
      chain.push(fiber)
      for (const component of serverComponentsAround(fiber)) {
        if (!chain.some(node => isSame(component, node))) chain.push(component)
      }
    }
    isCut ||= chain.length >= MAX_STEPS
    const placed: { owner: unknown; source: RawSource }[] = []
    const components: RawComponent[] = []
    const firstOwner = writerOf(chain[0], chain, 0)
    const componentOf = new Map<unknown, RawComponent>()
    let isOwnerFound = false
    for (const [index, node] of chain.entries()) {
      if (isLate()) break
      // memo() around forwardRef() makes two fibers for what people wrote as one component.
      const inner = own(own(node, 'type'), 'type')
      const isWrapper = index > 0 && inner !== undefined && inner === own(chain[index - 1], 'type')
      const name = isWrapper ? undefined : componentName(node)
      const wrapperName = isWrapper ? text(own(own(node, 'type'), 'displayName'), 1_000) : undefined
      const wrapped = wrapperName ? components.find(({ name: inside }) => inside === componentName(chain[index - 1])) : undefined
      if (wrapperName && wrapped) wrapped.name = wrapperName
      const inside = isWrapper ? componentOf.get(chain[index - 1]) : undefined
      if (inside) componentOf.set(node, inside)
      if (name && components.length < MAX_COMPONENTS) {
        const source = placed.find(({ owner }) => isSame(node, owner))?.source
        const code = codeOf(functionOfType(own(node, 'type')))
        const component: RawComponent = { name, source, code }
        componentOf.set(node, component)
        if (isSame(node, firstOwner)) {
          isOwnerFound = true
          components.unshift(component)
        } else components.push(component)
      }
      const owner = writerOf(node, chain, index)
      if (owner && !placed.some(place => isSame(place.owner, owner))) {
        const source = sourceOf(node)
        if (source) placed.push({ owner, source })
        // An owner on the server may be in no fiber's record.
        if (!isFiber(owner) && components.length < MAX_COMPONENTS && !chain.some(other => isSame(owner, other))) {
          const serverName = text(own(owner, 'name'), 1_000)
          if (serverName && owner === firstOwner) {
            isOwnerFound = true
            components.unshift({ name: serverName, source })
          } else if (serverName) components.push({ name: serverName, source })
        }
      }
    }
    const container = asNode(own(own(root, 'stateNode'), 'containerInfo'))
    const nodes = placed.length > 0 ? [] : writtenNodes(chain, components, componentOf)
    return { components, nodes, isOwnerKnown: isOwnerFound, next: container && parentOf(container) }
  }

  /** Where React says no place of anything: what its elements were made of, by which their tags can be found in the sources. */
  function writtenNodes(
    chain: readonly unknown[],
    components: readonly RawComponent[],
    componentOf: ReadonlyMap<unknown, RawComponent>
  ): WrittenNode[] {
    const indexOf = (node: unknown) => {
      const component = componentOf.get(node)
      const index = component ? components.indexOf(component) : -1
      return index < 0 ? undefined : index
    }
    const nodes: WrittenNode[] = []
    for (const node of chain) {
      if (nodes.length >= MAX_WRITTEN_NODES || isLate()) break
      const tag = text(own(node, 'type'), 100)
      const component = indexOf(node)
      if (!isFiber(node) || (tag === undefined && component === undefined)) continue
      const owner = ownerOf(node)
      const ownerNode = owner ? chain.find(other => isSame(other, owner)) : undefined
      nodes.push({ tag, component, owner: indexOf(ownerNode), properties: propertiesOf(own(node, 'memoizedProps')) })
    }
    return nodes
  }

  /** Names of properties, and the texts among their values. */
  function propertiesOf(properties: unknown): WrittenNode['properties'] {
    if (typeof properties !== 'object' || properties === null) return []
    try {
      return getOwnPropertyNames(properties)
        .slice(0, MAX_PROPERTIES)
        .map(name => {
          const value = own(properties, name)
          return { name: name.slice(0, 100), text: typeof value === 'string' ? value.slice(0, 100) : undefined }
        })
    } catch {
      // A hostile proxy: as good as none.
      return []
    }
  }

  // Vue 3

  /** The virtual node of an element in a build that does not mark elements: found from the container downwards. */
  function vueInstanceIn(container: Element, element: Element): unknown {
    const pending: [node: unknown, instance: unknown][] = [[own(container, '_vnode'), undefined]]
    for (let step = 0; pending.length > 0 && step < MAX_NODES && !isLate(); step++) {
      const [node, instance] = pending.pop() ?? []
      if (typeof node !== 'object' || node === null) continue
      const isElement = typeof own(node, 'type') === 'string'
      const drawn = own(node, 'el')
      if (isElement && drawn === element) return own(node, 'ctx') ?? instance
      if (isElement && asNode(drawn)?.contains(element) === false) continue
      const component = own(node, 'component')
      if (component) pending.push([own(component, 'subTree'), component])
      const children = own(node, 'children')
      if (isArray(children))
        for (let index = 0; index < Math.min(children.length, 5_000); index++) pending.push([own(children, String(index)), instance])
    }
    return undefined
  }

  function vueWalk(nearest: unknown, owner: unknown): Walk {
    const components: RawComponent[] = []
    let instance = nearest
    let container: unknown
    const seen = new Set<unknown>()
    for (; typeof instance === 'object' && instance !== null && !seen.has(instance) && components.length < MAX_COMPONENTS; ) {
      if (isLate()) break
      seen.add(instance)
      const type = own(instance, 'type')
      const file = text(own(type, '__file'), 2_000)
      const name =
        text(own(type, 'name'), 1_000) ??
        text(own(type, '__name'), 1_000) ??
        (file && baseName(file)) ??
        text(own(own(type, 'setup'), 'name'), 1_000)
      const component: RawComponent = {
        name: name ?? 'Anonymous',
        source: file ? { kind: 'file', file } : undefined,
        code: codeOf(own(instance, 'render')) ?? codeOf(own(type, 'render')) ?? codeOf(own(type, 'setup'))
      }
      if (instance === owner) components.unshift(component)
      else components.push(component)
      container = own(own(own(instance, 'appContext'), 'app'), '_container')
      instance = own(instance, 'parent')
    }
    const around = asNode(container)
    return { components, isOwnerKnown: owner !== undefined, next: around && parentOf(around) }
  }

  // Svelte 5, in development

  function svelteWalk(element: Element, meta: unknown): Walk {
    const components: RawComponent[] = []
    const add = (file: unknown, line: unknown, column: unknown) => {
      const name = text(file, 2_000)
      if (!name || components.length >= MAX_COMPONENTS) return
      components.push({ name: baseName(name), source: at(name, line, typeof column === 'number' ? column + 1 : undefined) })
    }
    const loc = own(meta, 'loc')
    add(own(loc, 'file'), own(loc, 'line'), own(loc, 'column'))
    let current = text(own(loc, 'file'), 2_000)
    const seen = new Set<unknown>()
    for (
      let entry = own(meta, 'parent');
      typeof entry === 'object' && entry !== null && !seen.has(entry) && !isLate();
      entry = own(entry, 'parent')
    ) {
      seen.add(entry)
      if (seen.size > MAX_STEPS) break
      const file = text(own(entry, 'file'), 2_000)
      // Blocks such as {#if} are inside the component that was just named.
      if (own(entry, 'type') !== 'component' && file === current) continue
      add(file, own(entry, 'line'), own(entry, 'column'))
      current = file
    }
    return { components, isOwnerKnown: true, next: parentOf(element) }
  }

  // Preact

  /** The virtual nodes from the element up to the root: found from the container downwards, as elements know nothing of theirs. */
  function preactPath(container: Element, element: Element): unknown[] {
    const pending: unknown[][] = [[own(container, '__k')]]
    for (let step = 0; pending.length > 0 && step < MAX_NODES && !isLate(); step++) {
      const path = pending.pop() ?? []
      const node = path[0]
      if (typeof node !== 'object' || node === null) continue
      const isElement = typeof own(node, 'type') === 'string'
      const drawn = own(node, '__e')
      if (isElement && drawn === element) return path
      if (isElement && asNode(drawn)?.contains(element) === false) continue
      const children = own(node, '__k')
      if (isArray(children))
        for (let index = 0; index < Math.min(children.length, 5_000); index++) pending.push([own(children, String(index)), ...path])
    }
    return []
  }

  function preactWalk(path: unknown[], container: Element): Walk {
    const components: RawComponent[] = []
    const placeOf = (node: unknown) => {
      const source = own(node, '__source')
      return at(own(source, 'fileName'), own(source, 'lineNumber'), own(source, 'columnNumber'))
    }
    const elementFile = own(own(path[0], '__source'), 'fileName')
    let below: unknown[] = []
    let isOwnerKnown = false
    for (const node of path.slice(0, MAX_STEPS)) {
      const type = own(node, 'type')
      const isFragment =
        typeof type === 'function' && /^function \w*\(\w+\)\s*\{\s*return \w+\.children;?\s*\}$/.test(codeOf(type)?.text ?? '')
      if (typeof type === 'function' && !isFragment && components.length < MAX_COMPONENTS) {
        // What a component draws at its outermost it has written itself; what was handed in to it may be of other files.
        const file = own(own(below.at(-1), '__source'), 'fileName')
        const place = below.find(drawn => file !== undefined && own(own(drawn, '__source'), 'fileName') === file)
        const component: RawComponent = {
          name: nameOfType(type) ?? 'Anonymous',
          source: placeOf(place),
          code: codeOf(type)
        }
        if (!isOwnerKnown && elementFile !== undefined && file === elementFile) {
          isOwnerKnown = true
          components.unshift({ ...component, source: placeOf(path[0]) ?? component.source })
        } else components.push(component)
        below = []
      }
      below.push(node)
    }
    return { components, isOwnerKnown, next: parentOf(container) }
  }

  // Angular, in development: it offers functions for debugging, which answer from its own records.

  function angularWalk(element: Element): Walk | undefined {
    const debug = own(viewOf(element), 'ng')
    const owningComponent = own(debug, 'getOwningComponent')
    const hostElement = own(debug, 'getHostElement')
    if (typeof owningComponent !== 'function' || typeof hostElement !== 'function') return undefined
    const components: RawComponent[] = []
    let host: Element | null = element
    while (host && components.length < MAX_COMPONENTS && !isLate()) {
      let instance: unknown
      try {
        instance = apply(owningComponent, debug, [host])
        host = instance ? asElement(apply(hostElement, debug, [instance])) : null
      } catch {
        // An element that is none of Angular's.
        break
      }
      if (typeof instance !== 'object' || instance === null) break
      const type = own(getPrototypeOf(instance), 'constructor')
      const info = own(own(type, 'ɵcmp'), 'debugInfo')
      const name = text(own(info, 'className'), 1_000) ?? text(own(type, 'name'), 1_000)?.replace(/^_/, '')
      const file = text(own(info, 'filePath'), 2_000)
      components.push({ name: name ?? 'Anonymous', source: at(file, own(info, 'lineNumber'), undefined), code: codeOf(type) })
    }
    return components.length === 0 ? undefined : { components, isOwnerKnown: true, next: parentOf(element) }
  }

  // Solid keeps nothing of a component at its elements but the handlers of delegated events.

  function solidHandler(element: Element): RawComponent | undefined {
    for (const name of getOwnPropertyNames(element)) {
      if (!/^\$\$[a-z]+$/.test(name)) continue
      const code = codeOf(own(element, name), 'handler')
      if (code) return { name: '', code }
    }
    return undefined
  }

  // Custom elements

  function customElement(element: Element): RawComponent | undefined {
    if (!element.localName.includes('-') || element.localName.startsWith('astro-')) return undefined
    const type = own(getPrototypeOf(element), 'constructor')
    if (typeof type !== 'function' || type === viewOf(element).HTMLElement) return undefined
    return { name: text(own(type, 'name'), 1_000) ?? element.localName, code: codeOf(type) }
  }

  // Astro, in development, until its toolbar takes the attributes away

  function astroComponent(element: Element): RawComponent | undefined {
    const file = element.getAttribute('data-astro-source-file')
    // The column is that of the end of the opening tag.
    const [, line] = /^(\d+):\d+$/.exec(element.getAttribute('data-astro-source-loc') ?? '') ?? []
    return file && line ? { name: baseName(file), source: at(file, Number(line), undefined) } : undefined
  }

  function isSolidIn(view: Window): boolean {
    return own(view, 'Solid$$') !== undefined || own(view, '_$HY') !== undefined
  }

  /** Components from the nearest outwards, whatever frameworks they are of. */
  function componentsAround(element: Element): { components: RawComponent[]; nodes: WrittenNode[]; isOwnerKnown: boolean } {
    const components: RawComponent[] = []
    let nodes: WrittenNode[] = []
    const done = new Set<string>()
    let isOwnerKnown = false
    let current: Node | null = element
    const isSolid = isSolidIn(viewOf(element))
    const take = (framework: string, walk: Walk) => {
      if (components.length === 0) {
        isOwnerKnown = walk.isOwnerKnown
        nodes = walk.nodes ?? []
      }
      if (framework !== 'react') done.add(framework)
      for (const component of walk.components) if (components.length < MAX_COMPONENTS) components.push(component)
      current = walk.next
    }
    const addOne = (framework: string, component: RawComponent) => {
      if (framework === 'astro' || framework === 'solid') done.add(framework)
      if (components.length < MAX_COMPONENTS) components.push(component)
    }
    for (let step = 0; current && step < MAX_STEPS && !isLate(); step++) {
      const node: Node = current
      current = parentOf(node)
      if (node.nodeType !== 1) continue
      const here = node as Element
      const fiber = reactFiberOf(here)
      const svelte = done.has('svelte') ? undefined : own(here, '__svelte_meta')
      const vueNode = done.has('vue') ? undefined : own(here, '__vnode')
      const vueInstance = done.has('vue') ? undefined : own(here, '__vueParentComponent')
      if (fiber) take('react', reactWalk(fiber))
      else if (vueInstance) take('vue', vueWalk(vueInstance, own(vueNode, 'ctx')))
      else if (svelte) take('svelte', svelteWalk(here, svelte))
      else if (!done.has('vue') && own(here, '_vnode')) {
        const instance = vueInstanceIn(here, element)
        if (instance) take('vue', vueWalk(instance, instance))
      } else if (!done.has('preact') && own(here, '__k')) {
        const path = preactPath(here, element)
        if (path.length > 0) take('preact', preactWalk(path, here))
      } else {
        const angular = done.has('angular') || getOwnPropertyDescriptor(here, '__ngContext__') === undefined ? undefined : angularWalk(here)
        if (angular) take('angular', angular)
        const handler = done.has('solid') || !isSolid ? undefined : solidHandler(here)
        if (handler) addOne('solid', handler)
        const custom = done.has('angular') ? undefined : customElement(here)
        if (custom) addOne('custom', custom)
        const astro = done.has('astro') ? undefined : astroComponent(here)
        if (astro) addOne('astro', astro)
      }
    }
    return { components, nodes, isOwnerKnown }
  }

  /** The major version shows in the shape of the fibers, where no DevTools hook knows more. */
  function reactVersion(fiber: unknown, view: Window & typeof globalThis): string | undefined {
    const hook = own(view, '__REACT_DEVTOOLS_GLOBAL_HOOK__')
    const renderers = own(hook, 'renderers')
    try {
      if (typeof renderers === 'object' && renderers !== null && getPrototypeOf(renderers) === view.Map.prototype) {
        const iterator = apply(mapValues, renderers, [])
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

  /** The first value of a Set of the browser's. */
  function firstOf(set: unknown): unknown {
    try {
      return apply(setValues, set, []).next().value
    } catch {
      // No Set, or one that the page has replaced.
      return undefined
    }
  }

  /** Where Vue has taken over what a server has drawn: its container bears no mark then. */
  function vueContainer(owner: Document): Element | undefined {
    const { children } = owner.body ?? owner.documentElement
    for (let index = 0; index < Math.min(children.length, 50); index++) {
      const child = children[index]
      if (child && own(child, '__vue_app__') !== undefined) return child
    }
    return undefined
  }

  function frameworks(fiber: unknown, home: Element): string[] {
    const view = viewOf(home)
    const owner = home.ownerDocument
    const found: string[] = []
    const add = (name: string, version: unknown) => {
      if (found.length < 10) found.push(`${name} ${text(version, 50) ?? ''}`.trim())
    }
    if (fiber) add('React', reactVersion(fiber, view))
    const next = text(own(own(view, 'next'), 'version'), 50)
    if (next) add('Next.js', next)
    const vue = owner.querySelector('[data-v-app]') ?? vueContainer(owner)
    if (vue) add('Vue', own(own(vue, '__vue_app__'), 'version'))
    const angular = owner.querySelector('[ng-version]')?.getAttribute('ng-version')
    if (angular) add('Angular', angular)
    const svelte = own(view, '__svelte')
    if (svelte) add('Svelte', firstOf(own(svelte, 'v')))
    if (isSolidIn(view)) add('Solid', undefined)
    // By their names: browsers find that in a tenth of the time.
    if (['astro-island', 'astro-dev-toolbar'].some(name => owner.getElementsByTagName(name)[0])) add('Astro', undefined)
    const lit = own(view, 'litElementVersions')
    if (isArray(lit)) add('Lit', own(lit, '0'))
    const metas = owner.head?.getElementsByTagName('meta')
    const generator = metas?.namedItem('generator')?.getAttribute('content')
    if (generator && !/^Astro\b/.test(generator)) add(generator.slice(0, 80), undefined)
    return found
  }

  /** The nearest fiber, for the version of React alone. */
  function fiberAround(element: Element): unknown {
    let current: Node | null = element
    for (let step = 0; current && step < MAX_STEPS; step++) {
      const fiber = current.nodeType === 1 ? reactFiberOf(current as Element) : undefined
      if (fiber) return fiber
      current = parentOf(current)
    }
    return undefined
  }

  let first: Element | null = null
  let firstFiber: unknown
  const elements: PageInspection['elements'] = []
  for (const reference of references) {
    const element = find(reference)
    isCut = false
    const around = element ? componentsAround(element) : { components: [], nodes: [], isOwnerKnown: false }
    first ??= element
    if (element) firstFiber ??= fiberAround(element)
    elements.push({ isFound: element !== null, ...around, isCut: isCut || isLate() })
  }
  const home = first ?? document.documentElement
  return { elements, frameworks: frameworks(firstFiber ?? fiberAround(home.ownerDocument.body?.querySelector('*') ?? home), home) }
}
