import { fileURLToPath } from 'node:url'

export default {
  distDir: process.env.PAGES_DIST ?? '.next',
  devIndicators: false,
  turbopack: { root: fileURLToPath(new URL('../../', import.meta.url)) }
}
