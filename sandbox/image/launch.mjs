// Starts sandboxd with the code that was compiled when the image was built (see Dockerfile). The cache is switched on here and
// not by NODE_COMPILE_CACHE, which every Node program started in the sandbox would inherit.
import { enableCompileCache } from 'node:module'

enableCompileCache('/opt/fixpoint/compile-cache')
await import('./sandboxd.mjs')
