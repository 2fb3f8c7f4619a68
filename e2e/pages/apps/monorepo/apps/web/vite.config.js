import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

export default {
  plugins: [react()],
  resolve: {
    alias: { '@monorepo/ui': `${packages}ui/src`, 'react/jsx-dev-runtime': fileURLToPath(import.meta.resolve('react/jsx-dev-runtime')) }
  },
  server: { fs: { allow: [fileURLToPath(new URL('../../../../', import.meta.url))] } }
}
