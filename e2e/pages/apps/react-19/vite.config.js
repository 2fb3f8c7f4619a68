import mdx from '@mdx-js/rollup'
import react from '@vitejs/plugin-react'

export default { plugins: [{ enforce: 'pre', ...mdx() }, react({ include: /\.(mdx|js|jsx|ts|tsx)$/ })] }
