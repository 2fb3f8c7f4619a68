import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { collectContext } from '../src/page-context/collect-context.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().collectContext = collectContext
})
