'use client'

import { createContext, type ReactNode, useContext } from 'react'

const Locale = createContext('en')

export function Providers({ children }: { children: ReactNode }) {
  return <Locale.Provider value="en">{children}</Locale.Provider>
}

export const useLocale = () => useContext(Locale)
