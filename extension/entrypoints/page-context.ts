import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { collectContext, collectRequests } from '../src/page-context/collect-context.ts'
import { placeOfFrame } from '../src/page-context/place-of-frame.ts'
import { pagePrivacy } from '../src/privacy/page-privacy.ts'

export default defineUnlistedScript(() => {
  const world = isolatedWorld()
  // What one capture knows of the page's private content is needed by the steps that follow it.
  if (world.privacy || !world.picker) return
  Object.assign(world, { privacy: pagePrivacy(world.picker), collectContext, collectRequests, placeOfFrame })
})
