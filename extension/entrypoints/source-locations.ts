import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { locateSources } from '../src/inspector/locate-sources.ts'
import { isolatedWorld } from '../src/isolated-world.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().locateSources = locateSources
})
