/** Which ids and class names people wrote, and which a build or a library made up: those change with the next build or render. */

const GENERATED_ID = /^(?::r[0-9a-z]+:|«.+»|_r_.+_|radix-|headlessui-|mui-|react-select-|react-aria|rc[-_]|ember\d|yui_|ext-gen|__)/i
const LONG_NUMBER = /\d{3,}/
const HASH = /(?=[a-z0-9_-]*\d)(?=[a-z0-9_-]*[a-z])[a-z0-9]{8,}$|[0-9a-f]{6,}$/i

/** True for ids that are likely to be the same tomorrow. */
export function isStableId(id: string): boolean {
  if (id.length === 0 || id.length > 60 || /\s/.test(id)) return false
  return !GENERATED_ID.test(id) && !LONG_NUMBER.test(id) && !/^[0-9a-f]{8}-/i.test(id) && !(HASH.test(id) && /\d/.test(id))
}

/**
 * True for class names that say what an element is (`product-card`, `nav__link--active`), not for what CSS modules, styled
 * components and Emotion generate, and not for utility classes, which say how it looks.
 */
export function isMeaningfulClass(name: string): boolean {
  if (name.length < 2 || name.length > 40) return false
  if (!/^[a-zA-Z]+(?:[-_]{1,2}[a-zA-Z]+)*$/.test(name)) return false
  if (/^(?:css|sc|jsx|svelte|emotion|jss|makeStyles|tw)[-_]/.test(name)) return false
  if (/^(?:flex|grid|block|inline|hidden|relative|absolute|fixed|sticky|static|truncate|italic|underline|uppercase|container)$/.test(name))
    return false
  // Utilities without numbers: `items-center`, `text-sm`, `bg-white`, `justify-between`, `rounded-lg`.
  if (
    /^(?:items|justify|content|self|text|font|bg|border|rounded|shadow|overflow|flex|grid|inline|whitespace|break|cursor|select|pointer|object|align|leading|tracking|ring|divide|space|col|row|order|float|clear|visible|sr|not|max|min|[wmph][xytblr]?)-/.test(
      name
    )
  ) {
    return false
  }
  return !looksHashed(name)
}

/** A last part that mixes cases as no word does, as in `Button_root__aBcXy` and `sc-bdVaJa`. */
function looksHashed(name: string): boolean {
  const last = name.split(/[-_]+/).at(-1) ?? ''
  if (last.length < 4) return false
  const changes = (last.match(/[a-z][A-Z]/g) ?? []).length
  const isCamelCase = /^[a-z]+(?:[A-Z][a-z]{2,})*$|^(?:[A-Z][a-z]{2,})+$/.test(last)
  return (changes > 0 && !isCamelCase) || !/[aeiouy]/i.test(last)
}
