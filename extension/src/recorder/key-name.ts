/** Keys that do something by themselves. Letters, digits and signs are input and never named. */
const NAMED = new Set('Enter Escape ArrowUp ArrowDown ArrowLeft ArrowRight PageUp PageDown Delete'.split(' '))
const FUNCTION_KEY = /^F(?:[1-9]|1[0-2])$/

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'getModifierState'>

/**
 * What a key is called as a step, such as `Enter` or `Control+K`; null for what is typed, or says nothing.
 * @param isInText in a field arrows and Delete are part of typing
 */
export function keyName(event: KeyPress, isInText: boolean): string | null {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  // AltGr types characters, and systems report it as Control with Alt.
  if (event.isComposing || event.getModifierState('AltGraph') || (ctrlKey && altKey)) return null
  if (ctrlKey || metaKey) {
    if (!/^[!-~]$/.test(key) && !isNamed(key)) return null
    const held = [ctrlKey && 'Control', metaKey && 'Meta', shiftKey && 'Shift'].filter(Boolean)
    return [...held, key.length === 1 ? key.toUpperCase() : key].join('+')
  }
  if (!isNamed(key)) return null
  return isInText && key !== 'Enter' && key !== 'Escape' && !FUNCTION_KEY.test(key) ? null : key
}

function isNamed(key: string): boolean {
  return NAMED.has(key) || FUNCTION_KEY.test(key)
}
