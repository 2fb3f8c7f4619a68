/**
 * The names that a class had before a build made it unique: `Card_price__x1Y2z` (CSS modules of Next and webpack) has `Card` and `price`,
 * `_price_1x2yz_5` (Vite's) has `price`, `Button__Title-sc-1abc-0` (styled-components) has `Button` and `Title`, `css-1x2-Badge` (Emotion)
 * has `Badge`. The element's own name comes first, that of its file or component after it; other classes have no parts.
 */
export function classParts(name: string): string[] {
  const module = /^([\p{L}][\p{L}\d-]*?)(?:-module)?_([\p{L}][\p{L}\d_-]*?)__[\w+/=-]{4,}$/u.exec(name)
  if (module) return [module[2] ?? '', module[1] ?? ''].filter(part => part !== '')
  const vite = /^_([\p{L}][\p{L}\d-]*?)_[a-z0-9]{4,7}_\d+$/u.exec(name)
  if (vite) return [vite[1] ?? '']
  const styled = /^([\p{Lu}][\p{L}\d]*)__([\p{Lu}][\p{L}\d]*)-(?:sc-)?[\w-]+$/u.exec(name)
  if (styled) return [styled[2] ?? '', styled[1] ?? '']
  const emotion = /^css-[a-z0-9]+-([\p{Lu}][\p{L}\d]*)$/u.exec(name)
  return emotion ? [emotion[1] ?? ''] : []
}
