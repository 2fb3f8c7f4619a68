/**
 * Keeps what a page shows because the pointer is over something. Its rules with `:hover` are written a second time, with the places of
 * the elements that are hovered now instead; nothing is put on the elements themselves.
 */

/** Beyond it a page keeps its hover state no longer; the largest style sheets have some 10,000 rules. */
const MOST_RULES = 60_000
const HOVER = /(?<!\\):hover(?![\w-])/g

/**
 * The rules of a sheet that speak of `:hover`, for certain elements.
 * @param matches a selector of these elements; `null` where there are none in this root.
 * @param isHostHovered for rules of a shadow root about its host.
 */
export function frozenHoverRules(rules: Iterable<CSSRule>, matches: string | null, isHostHovered: boolean): string {
  const budget = { left: MOST_RULES }
  return write(rules, text => withHovered(text, matches, isHostHovered), budget).join('\n')
}

function write(rules: Iterable<CSSRule>, rewrite: (text: string) => string, budget: { left: number }): string[] {
  const written: string[] = []
  for (const rule of rules) {
    if (budget.left-- <= 0) break
    if (!speaksOfHover(rule.cssText)) continue
    if ('selectorText' in rule && typeof rule.selectorText === 'string' && speaksOfHover(rule.selectorText)) {
      written.push(rewrite(rule.cssText))
    } else if ('cssRules' in rule && rule.cssRules) {
      const inner = write(rule.cssRules as CSSRuleList, rewrite, budget)
      if (inner.length > 0) written.push(`${rule.cssText.slice(0, rule.cssText.indexOf('{'))}{${inner.join('\n')}}`)
    }
  }
  return written
}

function speaksOfHover(text: string): boolean {
  HOVER.lastIndex = 0
  return HOVER.test(text)
}

/**
 * `:hover` counts as one class; `:where(…)` counts nothing and `:nth-child(n)`, which every element matches, counts as one class.
 */
export function withHovered(text: string, matches: string | null, isHostHovered: boolean): string {
  const host = isHostHovered ? ':nth-child(n)' : ':not(:nth-child(n))'
  return text
    .replace(/:host\([^()]*(?:\([^()]*\)[^()]*)*\)/g, part => part.replace(HOVER, host))
    .replace(HOVER, `:where(${matches ?? ':not(*)'}):nth-child(n)`)
}

/** A selector of exactly this element, by its place in its document or shadow root. */
export function placeSelector(element: Element): string {
  const steps: string[] = []
  let current: Element = element
  for (;;) {
    const parent = current.parentNode
    if (!parent || parent.nodeType === Node.DOCUMENT_NODE) {
      steps.unshift(':root')
      break
    }
    steps.unshift(`:nth-child(${[...parent.children].indexOf(current) + 1})`)
    if (parent.nodeType === Node.DOCUMENT_FRAGMENT_NODE) {
      steps.unshift(':host')
      break
    }
    current = parent as Element
  }
  return steps.join(' > ')
}
