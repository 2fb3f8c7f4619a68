import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { Recorder } from '../src/recorder/recorder.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().recorder ??= new Recorder()
})
