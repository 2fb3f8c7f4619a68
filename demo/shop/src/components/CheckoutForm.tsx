import { type SubmitEvent, useState } from 'react'
import { type CheckoutErrors, type CheckoutValues, checkoutFields, validateCheckout } from '../checkout/validate-checkout.ts'
import './CheckoutForm.css'
import { CountryField } from './CountryField.tsx'
import { TextField } from './TextField.tsx'

/** Nothing that is entered here is kept or sent: `onOrder` only says that everything was filled in. */
export function CheckoutForm({ onOrder }: { onOrder: () => void }) {
  const [errors, setErrors] = useState<CheckoutErrors>({})

  const order = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const found = validateCheckout(valuesOf(form), new Date())
    setErrors(found)
    const firstWrong = checkoutFields.find(field => found[field])
    if (!firstWrong) return onOrder()
    form.querySelector<HTMLElement>(`[name="${firstWrong}"]`)?.focus()
  }

  return (
    <form className="checkout-form" noValidate onSubmit={order}>
      <fieldset>
        <legend>Contact</legend>
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          error={errors.email}
          hint="For the receipt and the tracking number"
        />
      </fieldset>
      <fieldset>
        <legend>Delivery</legend>
        <TextField label="Name" name="name" autoComplete="name" error={errors.name} />
        <TextField label="Street and number" name="street" autoComplete="street-address" error={errors.street} />
        <div className="checkout-form__pair">
          <TextField label="Postcode" name="postcode" autoComplete="postal-code" error={errors.postcode} />
          <TextField label="Town or city" name="city" autoComplete="address-level2" error={errors.city} />
        </div>
        <CountryField error={errors.country} />
      </fieldset>
      <fieldset>
        <legend>Payment</legend>
        <TextField label="Card number" name="card" inputMode="numeric" autoComplete="cc-number" error={errors.card} />
        <div className="checkout-form__pair">
          <TextField
            label="Valid until"
            name="expiry"
            placeholder="MM/YY"
            inputMode="numeric"
            autoComplete="cc-exp"
            error={errors.expiry}
          />
          <TextField label="Security code" name="code" inputMode="numeric" autoComplete="cc-csc" error={errors.code} />
        </div>
      </fieldset>
      <button type="submit" className="button button--wide">
        Place the order
      </button>
    </form>
  )
}

function valuesOf(form: HTMLFormElement): CheckoutValues {
  const data = new FormData(form)
  const entryOf = (name: string) => String(data.get(name) ?? '')
  return {
    email: entryOf('email'),
    name: entryOf('name'),
    street: entryOf('street'),
    postcode: entryOf('postcode'),
    city: entryOf('city'),
    country: entryOf('country'),
    card: entryOf('card'),
    expiry: entryOf('expiry'),
    code: entryOf('code')
  }
}
