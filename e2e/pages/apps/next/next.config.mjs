import { fileURLToPath } from 'node:url'

export default {
  distDir: process.env.PAGES_DIST ?? '.next',
  devIndicators: false,
  productionBrowserSourceMaps: process.env.PAGES_MAPS === 'public',
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: fileURLToPath(new URL('../../', import.meta.url)) }
}
