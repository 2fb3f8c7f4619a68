export default defineNuxtConfig({ compatibilityDate: '2025-11-01', devtools: { enabled: false }, telemetry: false })
