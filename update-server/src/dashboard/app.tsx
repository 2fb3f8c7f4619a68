import { useState } from 'react'
import { Dashboard } from './dashboard.tsx'
import { SignIn } from './sign-in.tsx'

/** The token is kept for this tab alone. */
const STORED_TOKEN = 'fixpoint-updates-token'

export function App() {
  const [token, setToken] = useState(() => sessionStorage.getItem(STORED_TOKEN))
  const [refusal, setRefusal] = useState<string | null>(null)

  if (token === null) {
    return (
      <SignIn
        refusal={refusal}
        onToken={entered => {
          sessionStorage.setItem(STORED_TOKEN, entered)
          setRefusal(null)
          setToken(entered)
        }}
      />
    )
  }
  return (
    <Dashboard
      token={token}
      onSignOut={reason => {
        sessionStorage.removeItem(STORED_TOKEN)
        setRefusal(reason)
        setToken(null)
      }}
    />
  )
}
