import { type SubmitEvent, useState } from 'react'
import './Newsletter.css'

export function Newsletter() {
  const [isSignedUp, setIsSignedUp] = useState(false)

  const signUp = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setIsSignedUp(true)
  }

  return (
    <form className="newsletter" onSubmit={signUp}>
      <label htmlFor="newsletter-email">A letter when the kiln has been opened</label>
      <div className="newsletter__row">
        <input id="newsletter-email" name="email" type="email" autoComplete="email" placeholder="you@example.com" required />
        <button type="submit">Sign up</button>
      </div>
      <p role="status">{isSignedUp ? 'Thank you. The next letter comes in spring.' : 'Four letters a year, no more.'}</p>
    </form>
  )
}
