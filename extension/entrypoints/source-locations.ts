import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { locateElements } from '../src/inspector/locate-elements.ts'
import { isolatedWorld } from '../src/isolated-world.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().locateElements = locateElements
})
