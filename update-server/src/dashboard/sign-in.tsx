import { useState } from 'react'

export function SignIn({ refusal, onToken }: { refusal: string | null; onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  return (
    <main className="sign-in">
      <form
        onSubmit={event => {
          event.preventDefault()
          if (token.trim() !== '') onToken(token.trim())
        }}
      >
        <h1>Fixpoint updates</h1>
        <label>
          Your token
          <input type="password" autoComplete="off" value={token} onChange={event => setToken(event.target.value)} />
        </label>
        {refusal !== null && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        <button type="submit" className="primary" disabled={token.trim() === ''}>
          Show the rings
        </button>
        <p className="faint">It is kept until this tab is closed.</p>
      </form>
    </main>
  )
}
