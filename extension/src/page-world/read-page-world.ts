import type { ElementReference } from '../message-schemas.ts'

/**
 * What only the page's own world knows: the props of the components around an element, the components that other elements are the
 * outermost element of, feature flags and the route. Runs there by `chrome.scripting.executeScript({ func })`, so it must be complete in
 * itself: nothing from outside the function can be used, only types.
 *
 * The page is hostile. Only own data properties are read, by their descriptors: no getter and no function of the page is ever called,
 * though a Proxy is told that somebody looks. The answer is put together by `+` alone, so that what the page has done to arrays, JSON
 * and their prototypes cannot change it; the background parses it.
 * @param pick whose components' props are wanted; null for none
 * @param others elements whose components are to be named
 * @param deadline in ms, until it answers with what it has
 * @returns JSON, as `pageWorldSchema` describes it
 */
export function readPageWorld(pick: ElementReference | null, others: readonly ElementReference[], deadline: number): string {
  const MOST_COMPONENTS = 12
  const MOST_STEPS = 1_000
  const MOST_KEYS = 50
  const MOST_ITEMS = 20
  const DEEPEST = 3
  const LONGEST_TEXT = 200
  const LONGEST_ANSWER = 60_000
  const FLAG_GLOBALS = ['__FEATURE_FLAGS__', 'FEATURE_FLAGS', '__FLAGS__', 'featureFlags']

  /** The objects that a value lies in. */
  interface Inside {
    value: unknown
    up: Inside | null
  }

  const startedAt = performance.now()
  const { getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf } = Object
  const isArray = Array.isArray
  const getTime = Date.prototype.getTime
  const call = Reflect.apply
  let used = 0
  let isCut = false

  /** The value of an own data property; `getter` where there is an accessor, `absent` where there is nothing to be seen. */
  function own(target: unknown, key: PropertyKey): { kind: 'value'; value: unknown } | { kind: 'getter' } | { kind: 'absent' } {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return { kind: 'absent' }
    try {
      const descriptor = getOwnPropertyDescriptor(target, key)
      if (!descriptor) return { kind: 'absent' }
      return descriptor.get || descriptor.set ? { kind: 'getter' } : { kind: 'value', value: descriptor.value }
    } catch {
      // A revoked or hostile proxy: as good as nothing there.
      return { kind: 'absent' }
    }
  }

  function value(target: unknown, key: PropertyKey): unknown {
    const found = own(target, key)
    return found.kind === 'value' ? found.value : undefined
  }

  function isLate(): boolean {
    if (used > LONGEST_ANSWER || performance.now() - startedAt > deadline) isCut = true
    return isCut
  }

  /** A JSON string, without help of what the page could have changed. */
  function quoted(text: string, limit: number): string {
    let result = '"'
    for (let index = 0; index < text.length && index < limit; index++) {
      const character = text[index] as string
      if (character === '"' || character === '\\') result += `\\${character}`
      else if (character === '\n') result += '\\n'
      else if (character === '\t') result += '\\t'
      else if (character < ' ' || (character >= '\ud800' && character <= '\udfff')) result += '\\ufffd'
      else result += character
    }
    if (text.length > limit) result += '…'
    used += result.length
    return `${result}"`
  }

  /** A placeholder cannot be mistaken for a text: it is an object with one key that no value has. */
  function placeholder(name: string): string {
    return `{"\\u0000":${quoted(name, 60)}}`
  }

  function className(target: object): string {
    const name = value(value(getPrototypeOf(target), 'constructor'), 'name')
    return typeof name === 'string' && name !== '' ? name : 'Object'
  }

  function describe(given: unknown, depth: number, inside: Inside | null): string {
    switch (typeof given) {
      case 'string':
        return quoted(given, LONGEST_TEXT)
      case 'number':
        return given > -Infinity && given < Infinity ? `${given}` : placeholder(`${given}`)
      case 'boolean':
        return given ? 'true' : 'false'
      case 'undefined':
        return placeholder('undefined')
      case 'function':
        return placeholder('function')
      case 'symbol':
        return placeholder('symbol')
      case 'bigint':
        return placeholder('bigint')
      default:
        return given === null ? 'null' : describeObject(given as object, depth, inside)
    }
  }

  function describeObject(given: object, depth: number, inside: Inside | null): string {
    for (let outer = inside; outer !== null; outer = outer.up) if (outer.value === given) return placeholder('cycle')
    try {
      if (typeof value(given, '$$typeof') === 'symbol') return placeholder('element')
      if (isArray(given)) return describeArray(given, depth, inside)
      const name = className(given)
      if (name === 'Date') {
        const time = call(getTime, given, [])
        return placeholder(typeof time === 'number' && time > -Infinity ? `Date ${time}` : 'Date')
      }
      const names = getOwnPropertyNames(given)
      // What the engine keeps inside (maps, promises, elements) has no own properties to read.
      if (names.length === 0 && name !== 'Object') return placeholder(name)
      if ('nodeType' in given && 'ownerDocument' in given) return placeholder(name)
      if (depth >= DEEPEST) return placeholder(name === 'Object' ? `object, ${names.length}` : name)
      return describeKeys(given, names, depth, inside)
    } catch {
      return placeholder('unreadable')
    }
  }

  function describeArray(given: readonly unknown[], depth: number, inside: Inside | null): string {
    const length = value(given, 'length')
    if (typeof length !== 'number') return placeholder('unreadable')
    if (depth >= DEEPEST) return placeholder(`array, ${length}`)
    let result = ''
    for (let index = 0; index < length && index < MOST_ITEMS && !isLate(); index++) {
      const item = own(given, index)
      const text =
        item.kind === 'value'
          ? describe(item.value, depth + 1, { value: given, up: inside })
          : placeholder(item.kind === 'getter' ? 'getter' : 'empty')
      result += (result === '' ? '' : ',') + text
    }
    if (length > MOST_ITEMS) result += `,${placeholder(`${length - MOST_ITEMS} more`)}`
    return `[${result}]`
  }

  function describeKeys(given: object, names: readonly string[], depth: number, inside: Inside | null): string {
    let result = ''
    let taken = 0
    for (let index = 0; index < names.length; index++) {
      if (taken >= MOST_KEYS || isLate()) {
        result += `${result === '' ? '' : ','}"…":${placeholder(`${names.length - index} more`)}`
        break
      }
      const name = names[index]
      if (name === undefined || name === '__proto__') continue
      const found = own(given, name)
      if (found.kind === 'absent') continue
      taken++
      const text = found.kind === 'getter' ? placeholder('getter') : describe(found.value, depth + 1, { value: given, up: inside })
      result += `${result === '' ? '' : ','}${quoted(name, 80)}:${text}`
    }
    return `{${result}}`
  }

  function find(reference: ElementReference): Element | null {
    let root: Document | ShadowRoot = document
    let element: Element | null = null
    for (let index = 0; index < reference.path.length; index++) {
      const step = reference.path[index]
      if (step === 'shadow') {
        if (!element?.shadowRoot) return null
        root = element.shadowRoot
        element = null
      } else if (step === 'frame') {
        const inner: Document | null = element && 'contentDocument' in element ? (element as HTMLIFrameElement).contentDocument : null
        if (!inner) return null
        root = inner
        element = null
      } else {
        const parent: ParentNode = element ?? root
        element = parent.children[step as number] ?? null
        if (!element) return null
      }
    }
    return element && element.localName === reference.tag ? element : null
  }

  function fiberOf(element: Element): unknown {
    const names = getOwnPropertyNames(element)
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      const isFiber =
        (name[0] === '_' && name[1] === '_' && name[2] === 'r' && name[7] === 'F' && name[12] === '$') || isInternalInstance(name)
      if (isFiber) return value(element, name)
    }
    return undefined
  }

  /** `__reactInternalInstance$…`, as React 16 names it. */
  function isInternalInstance(name: string): boolean {
    return name[0] === '_' && name[1] === '_' && name[2] === 'r' && name[7] === 'I' && name[23] === '$'
  }

  function fiberAround(start: Element): unknown {
    let current: Node | null = start
    for (let step = 0; current && step < MOST_STEPS; step++) {
      if (current.nodeType === 1) {
        const fiber = fiberOf(current as Element)
        if (fiber !== undefined) return fiber
      }
      const parent: Node | null = current.parentNode
      current = parent ?? ('host' in current ? (current as ShadowRoot).host : null)
    }
    return undefined
  }

  function nameOfType(type: unknown, depth: number): string | undefined {
    if (typeof type === 'function') {
      const shown = value(type, 'displayName')
      if (typeof shown === 'string' && shown !== '') return shown
      const name = value(type, 'name')
      return typeof name === 'string' && name !== '' ? name : undefined
    }
    if (typeof type !== 'object' || type === null || depth > 3 || typeof value(type, '$$typeof') !== 'symbol') return undefined
    const shown = value(type, 'displayName')
    if (typeof shown === 'string' && shown !== '') return shown
    return nameOfType(value(type, 'type') ?? value(type, 'render'), depth + 1)
  }

  function propsAround(start: unknown): string {
    let result = ''
    let found = 0
    let previous: unknown
    let fiber = start
    for (let step = 0; step < MOST_STEPS && found < MOST_COMPONENTS && typeof fiber === 'object' && fiber !== null; step++) {
      if (isLate()) break
      const props = value(fiber, 'memoizedProps')
      const name = nameOfType(value(fiber, 'type'), 0)
      // memo() around forwardRef() makes two fibers with the same props of what people wrote as one component.
      if (name !== undefined && typeof props === 'object' && props !== null && props !== previous) {
        found++
        result += `${result === '' ? '' : ','}{"component":${quoted(name, LONGEST_TEXT)},"props":${describe(props, 0, null)}}`
        previous = props
      }
      const next = value(fiber, 'return')
      if (next === fiber) break
      fiber = next
    }
    return `[${result}]`
  }

  /** The components that an element is the outermost element of, from the outside inwards. */
  function componentsOf(element: Element): string {
    let names = ''
    let fiber = value(fiberOf(element), 'return')
    for (let step = 0; step < 8 && typeof fiber === 'object' && fiber !== null; step++) {
      const type = value(fiber, 'type')
      if (typeof type === 'string') break
      const name = nameOfType(type, 0)
      // What a production build calls `t` says nothing.
      if (name !== undefined && name.length > 2) names = names === '' ? name : `${name} > ${names}`
      fiber = value(fiber, 'return')
    }
    return quoted(names, LONGEST_TEXT)
  }

  function flags(): string {
    for (let index = 0; index < FLAG_GLOBALS.length; index++) {
      const given = value(window, FLAG_GLOBALS[index] as string)
      if (typeof given === 'object' && given !== null && !isArray(given)) return describe(given, DEEPEST - 1, null)
    }
    return 'null'
  }

  const pickElement = pick ? find(pick) : null
  const props = pickElement ? propsAround(fiberAround(pickElement)) : '[]'
  let names = ''
  for (let index = 0; index < others.length; index++) {
    const reference = others[index]
    const element = reference && !isLate() ? find(reference) : null
    names += `${index === 0 ? '' : ','}${element ? componentsOf(element) : '""'}`
  }
  const route = value(value(window, '__NEXT_DATA__'), 'page')
  const routeText = typeof route === 'string' ? quoted(route, LONGEST_TEXT) : 'null'
  return `{"props":${props},"names":[${names}],"flags":${flags()},"route":${routeText},"isCut":${isCut}}`
}
