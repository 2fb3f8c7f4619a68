import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

const config: NextConfig = {
  distDir: process.env.PAGES_DIST ?? '.next',
  devIndicators: false,
  productionBrowserSourceMaps: process.env.PAGES_MAPS === 'public',
  outputFileTracingRoot: workspace,
  turbopack: { root: workspace },
  typescript: { ignoreBuildErrors: true },
  eslint: { ignoreDuringBuilds: true }
}

export default config
