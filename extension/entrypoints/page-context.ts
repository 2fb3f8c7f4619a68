import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { collectContext, collectRequests } from '../src/page-context/collect-context.ts'

export default defineUnlistedScript(() => {
  const world = isolatedWorld()
  world.collectContext = collectContext
  world.collectRequests = collectRequests
})
