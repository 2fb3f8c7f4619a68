import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const port = Number(process.env.PORT ?? 5173)

export default defineConfig({
  plugins: [react()],
  // strictPort: another shop on the next free port would be confusing.
  server: { host: '127.0.0.1', port, strictPort: true },
  preview: { host: '127.0.0.1', port, strictPort: true },
  // Named here so that the dev server bundles them before the first page asks, and need not reload it.
  optimizeDeps: { include: ['react', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime'] },
  // One browser environment for all files: src/test-setup.ts leaves it clean after each test.
  test: { environment: 'happy-dom', isolate: false, setupFiles: ['src/test-setup.ts'], css: false }
})
