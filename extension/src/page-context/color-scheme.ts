import type { ColorScheme } from '@fixpoint/protocol'

const THEME_ATTRIBUTES = ['data-theme', 'data-color-mode', 'data-color-scheme', 'data-bs-theme', 'data-mode', 'theme'] as const
// Relative luminance (0 black to 1 white) below and above which a background leaves no doubt.
const SURELY_DARK = 0.2
const SURELY_LIGHT = 0.5

/**
 * What the page really shows. The background decides where it is clearly dark or light; then what the page says of itself
 * (`color-scheme`, theme attributes and classes); then the browser's preference.
 */
export function shownColorScheme(): ColorScheme {
  const luminance = backgroundLuminance()
  if (luminance !== null && luminance < SURELY_DARK) return 'dark'
  if (luminance !== null && luminance > SURELY_LIGHT) return 'light'
  return declaredScheme() ?? preferredScheme()
}

function declaredScheme(): ColorScheme | null {
  for (const element of [document.documentElement, document.body]) {
    if (!element) continue
    const words = [...element.classList, ...THEME_ATTRIBUTES.map(name => element.getAttribute(name) ?? '')].map(word => word.toLowerCase())
    if (words.some(word => /^(?:theme-)?dark(?:-theme|-mode)?$/.test(word))) return 'dark'
    if (words.some(word => /^(?:theme-)?light(?:-theme|-mode)?$/.test(word))) return 'light'
  }
  const schemes = getComputedStyle(document.documentElement).colorScheme.split(/\s+/)
  if (schemes.includes('dark') && !schemes.includes('light')) return 'dark'
  if (schemes.includes('light') && !schemes.includes('dark')) return 'light'
  return schemes.includes('dark') ? preferredScheme() : 'light'
}

function preferredScheme(): ColorScheme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** Mean luminance of the backgrounds at nine points of the window; null where none of them is opaque. */
function backgroundLuminance(): number | null {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  if (!context) return null
  const found: number[] = []
  for (const x of [0.1, 0.5, 0.9]) {
    for (const y of [0.1, 0.5, 0.9]) {
      const luminance = luminanceAt(window.innerWidth * x, window.innerHeight * y, context)
      if (luminance !== null) found.push(luminance)
    }
  }
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length
}

function luminanceAt(x: number, y: number, context: OffscreenCanvasRenderingContext2D): number | null {
  const layers: Element[] = []
  for (let element = document.elementFromPoint(x, y); element; element = element.parentElement) layers.push(element)
  // The background of the body is painted on the whole canvas, also where the body does not reach.
  if (document.body && !layers.includes(document.body)) layers.push(document.body)
  for (const element of layers) {
    const { backgroundColor, backgroundImage } = getComputedStyle(element)
    // A picture or a gradient: what is behind it says nothing.
    if (backgroundImage !== 'none') return null
    // The canvas understands every colour that the browser does, also oklch() and color-mix().
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = backgroundColor
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
    if (alpha > 200) return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
  return null
}

/** From an sRGB byte to linear light, as WCAG 2 defines relative luminance. */
function linear(byte: number): number {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}
