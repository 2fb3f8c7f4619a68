import { maskedSelector } from './project-masking.ts'

/** What a person has put into the page: it is never read into texts, and covered in pictures. */

const EDITABLE = '[contenteditable]:not([contenteditable="false" i])'

/** Everything that may hold what a person typed or chose. */
const PRIVATE_FIELDS = `input,textarea,select,${EDITABLE},[role="textbox"],[role="searchbox"],[role="spinbutton"],[role="combobox"]`

// Their value is a label or a state that everybody sees alike.
const PUBLIC_INPUT_TYPES = new Set(['button', 'submit', 'reset', 'image', 'checkbox', 'radio', 'hidden'])

/** The same with what the project hides: a selector for elements that `isPrivateField` may be true for. */
export function privateFieldSelector(): string {
  const masked = maskedSelector()
  return masked === null ? PRIVATE_FIELDS : `${PRIVATE_FIELDS},${masked}`
}

/** True for what the project hides, and everything in it. */
function isMasked(element: Element): boolean {
  const masked = maskedSelector()
  return masked !== null && element.closest(masked) !== null
}

/** True for elements whose content belongs to the person, whether or not there is any, and for what the project hides. */
export function isPrivateField(element: Element): boolean {
  if (isMasked(element)) return true
  if (!element.matches(PRIVATE_FIELDS)) return false
  return !(element.localName === 'input' && PUBLIC_INPUT_TYPES.has((element.getAttribute('type') ?? 'text').toLowerCase()))
}

/** True for a private field with content: what has to be covered in a picture. */
export function hasPrivateContent(element: Element): boolean {
  if (!isPrivateField(element)) return false
  if (isMasked(element)) return true
  if ('value' in element && typeof element.value === 'string' && element.value !== '') return true
  // A number or date that is not finished shows characters but has no value.
  if (showsUnfinishedInput(element)) return true
  if (element.localName === 'input' || element.localName === 'textarea') return false
  if (element.localName === 'select') return true
  return (element.textContent ?? '').trim() !== '' || element.querySelector('img, canvas, svg') !== null
}

/** Without `instanceof`: an element of a frame has the classes of its own window. */
function showsUnfinishedInput(element: Element): boolean {
  if (!('validity' in element) || typeof element.validity !== 'object' || element.validity === null) return false
  return 'badInput' in element.validity && element.validity.badInput === true
}

// “Show password” makes a text field of it; its names stay.
const PASSWORD_NAME = /pass(?:word|wd|phrase|code)|(?:^|[^a-z])pwd(?:$|[^a-z])/i

/** How the field is called in the counts that the person sees. */
export function privateFieldKind(element: Element): string {
  const type = (element.getAttribute('type') ?? '').toLowerCase()
  const autocomplete = (element.getAttribute('autocomplete') ?? '').toLowerCase()
  if (isMasked(element)) return 'project rule'
  const names = `${element.id} ${element.getAttribute('name') ?? ''}`
  if (type === 'password' || autocomplete.includes('password') || PASSWORD_NAME.test(names)) return 'password'
  if (autocomplete.includes('one-time-code')) return 'one-time code'
  if (autocomplete.includes('cc-')) return 'card field'
  return 'form value'
}
