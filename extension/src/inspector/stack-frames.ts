/** A call in a stack of V8; line and column from 1, of the code as the browser ran it. */
interface StackFrame {
  functionName: string
  url: string
  line: number
  column: number
}

// Addresses may have brackets in them (`webpack-internal:///(rsc)/./app/page.tsx`), so the position at the end says where they end.
const FRAME = /^\s*at (?:(?<name>.+?) \()?(?:async )?(?<url>(?:[a-z][a-z0-9+.-]*:\/|\/).*?):(?<line>\d+):(?<column>\d+)\)?$/i

// V8 leaves out the address that webpack has given to a module where there is a space in it, and says in which of its functions that is.
const EVALUATED = /^\s*at (?:(?<name>.+?) \()?eval at (?<module>.+?) \(.*\), <anonymous>:(?<line>\d+):(?<column>\d+)\)?$/i

// What React and the compiled JSX put above the place where the JSX stands.
const JSX_RUNTIME =
  /(?:^|[.\s])(?:jsxDEV|jsxs?|jsxsDEV|createElement|createElementWithValidation|jsxWithValidation|fakeJSXCallSite|initializeFakeStack)$/

/** The frames of a stack as `Error.stack` has them; lines that are none are left out. */
export function parseStack(stack: string): StackFrame[] {
  const frames: StackFrame[] = []
  for (const line of stack.split('\n', 40)) {
    const text = line.slice(0, 2_000)
    const evaluated = EVALUATED.exec(text)?.groups
    const groups = evaluated ?? FRAME.exec(text)?.groups
    if (!groups) continue
    const { name = '', url = '', module = '', line: row = '', column = '' } = groups
    const address = evaluated ? `webpack-internal:///${module}` : url
    frames.push({ functionName: name, url: address, line: Number(row), column: Number(column) })
  }
  return frames
}

/** The call that made the JSX element: the first one that is not React's own. */
export function jsxCallSite(stack: string): StackFrame | null {
  const frames = parseStack(stack)
  // Further down React's own functions can come again: those that drew what is around it.
  return frames.find(frame => !JSX_RUNTIME.test(frame.functionName)) ?? null
}
