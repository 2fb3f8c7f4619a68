/** Chrome's form of a version: one to four numbers up to 65,535 with dots, no leading zeros. */
const VERSION_PATTERN = /^(?:0|[1-9]\d{0,4})(?:\.(?:0|[1-9]\d{0,4})){0,3}$/

export function isVersion(text: string): boolean {
  return VERSION_PATTERN.test(text) && text.split('.').every(part => Number(part) <= 65_535)
}

/** Below 0 where `a` is lower, above 0 where it is higher; parts that are left out count as 0, as in Chrome. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Chrome's own version may have parts above 65,535; only its form is checked. */
export function isChromeVersion(text: string): boolean {
  return /^\d{1,9}(?:\.\d{1,9}){0,3}$/.test(text)
}
