import { freeShippingFromCents } from '../cart/cart.ts'
import { formatMoney } from '../text/format-money.ts'
import './Promises.css'

const promises = [
  { title: `Free shipping from ${formatMoney(freeShippingFromCents)}`, text: 'Packed in paper, never in plastic.' },
  { title: 'Sixty days at home', text: 'Live with it. Send it back if it does not fit in.' },
  { title: 'Repaired for life', text: 'Every workshop mends what it makes.' }
]

export function Promises() {
  return (
    <ul className="promises page">
      {promises.map(promise => (
        <li key={promise.title}>
          <p className="promises__title">{promise.title}</p>
          <p className="promises__text">{promise.text}</p>
        </li>
      ))}
    </ul>
  )
}
