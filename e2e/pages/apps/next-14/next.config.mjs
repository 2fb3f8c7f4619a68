export default {
  distDir: process.env.PAGES_DIST ?? '.next',
  productionBrowserSourceMaps: process.env.PAGES_MAPS === 'public',
  typescript: { ignoreBuildErrors: true },
  eslint: { ignoreDuringBuilds: true }
}
