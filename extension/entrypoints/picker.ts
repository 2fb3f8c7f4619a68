import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { installPicker } from '../src/picker/install-picker.ts'

export default defineUnlistedScript(installPicker)
