import { maximumQuantity } from '../cart/cart.ts'
import './QuantityField.css'

interface QuantityFieldProps {
  quantity: number
  /** What is counted, for screen readers. */
  of: string
  onChange: (quantity: number) => void
}

export function QuantityField({ quantity, of, onChange }: QuantityFieldProps) {
  return (
    <fieldset className="quantity-field" aria-label={`Quantity of ${of}`}>
      <button type="button" aria-label="One less" disabled={quantity <= 1} onClick={() => onChange(quantity - 1)}>
        −
      </button>
      <output aria-live="polite">{quantity}</output>
      <button type="button" aria-label="One more" disabled={quantity >= maximumQuantity} onClick={() => onChange(quantity + 1)}>
        +
      </button>
    </fieldset>
  )
}
