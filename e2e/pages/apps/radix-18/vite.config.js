import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'

export default { plugins: [react(), tailwindcss()], resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } } }
