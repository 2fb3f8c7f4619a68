import { formatCount } from '../text/format-count.ts'
import './ReviewCount.css'

export function ReviewCount({ rating, count }: { rating: number; count: number }) {
  return (
    <p className="review-count">
      <svg className="review-count__star" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M8 1.2 10 5.7l4.9.5-3.7 3.3 1.1 4.8L8 11.8l-4.3 2.5 1.1-4.8L1.1 6.2 6 5.7z" />
      </svg>
      <span className="visually-hidden">Rated </span>
      {rating.toFixed(1)}
      <span className="visually-hidden"> out of 5,</span>
      <span className="review-count__number">{formatCount(count, 'review')}</span>
    </p>
  )
}
