import i18next from 'i18next'
import { createRoot } from 'react-dom/client'
import { initReactI18next } from 'react-i18next'
import { App } from '@/App'
import en from '@/locales/en.json'

i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { translation: en } } })
createRoot(document.getElementById('root')!).render(<App />)
