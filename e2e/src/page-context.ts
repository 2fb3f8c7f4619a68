import type { PageContextInput } from '@fixpoint/protocol'
import { TINY_ORIGIN } from './tiny-project.ts'

/** What the extension would have captured of the tiny shop, with one pick. */
export function tinyContext(selector: string, change: Partial<PageContextInput> = {}): PageContextInput {
  return {
    url: `${TINY_ORIGIN}/`,
    title: 'Tiny',
    capturedAt: '2026-03-01T12:00:00.000Z',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light',
    picks: [{ number: 1, selectors: [selector], tag: 'p', box: { x: 70, y: 98, width: 690, height: 18 }, components: [], styles: {} }],
    ...change
  }
}
