import { Link } from '../navigation/Link.tsx'
import './NotFoundPage.css'

export function NotFoundPage() {
  return (
    <div className="page not-found-page">
      <title>Not found · Saltmarsh</title>
      <h1>Washed away</h1>
      <p>There is nothing at this address. Perhaps it went out with the tide.</p>
      <Link to="/" className="button">
        Back to the collection
      </Link>
    </div>
  )
}
