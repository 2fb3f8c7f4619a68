import './ShippingBadge.css'

export function ShippingBadge() {
  return (
    <p className="shipping-badge">
      <svg viewBox="0 0 20 14" width="18" height="13" aria-hidden="true">
        <path d="M1 1.5h10.5v8.5H1zM11.5 4.5h4L18.5 7.5V10h-7z" />
        <circle cx="5" cy="11" r="1.9" />
        <circle cx="14.6" cy="11" r="1.9" />
      </svg>
      Free shipping
    </p>
  )
}
