import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { pickerTools } from '../src/picker/picker-tools.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().pickerTools ??= pickerTools
})
