import { forwardRef, memo } from 'react'

const Star = memo(
  forwardRef(function Star(_properties, reference) {
    return (
      <span className="star" data-at="star" ref={reference}>
        ★
      </span>
    )
  })
)
Star.displayName = 'ShinyStar'

export const Rating = memo(() => (
  <div className="rating">
    <Star at="star-in-rating" />
  </div>
))
Rating.displayName = 'Rating'
