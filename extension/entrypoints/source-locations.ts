import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { locateElements } from '../src/inspector/locate-elements.ts'
import { isolatedWorld } from '../src/isolated-world.ts'

export default defineUnlistedScript(() => {
  // What the first of them has read of the page's scripts is kept for all.
  isolatedWorld().locateElements ??= locateElements
})
