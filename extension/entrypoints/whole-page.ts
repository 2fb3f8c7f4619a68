import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { wholePage } from '../src/pictures/whole-page.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().wholePage ??= wholePage()
})
