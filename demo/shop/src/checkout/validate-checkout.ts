export const checkoutFields = ['email', 'name', 'street', 'postcode', 'city', 'country', 'card', 'expiry', 'code'] as const
export type CheckoutField = (typeof checkoutFields)[number]
export type CheckoutValues = Record<CheckoutField, string>
export type CheckoutErrors = Partial<Record<CheckoutField, string>>

const digitsOf = (text: string) => text.replace(/[\s-]/g, '')

/** What to tell the person about each field that is not right. `today` decides whether a card has expired. */
export function validateCheckout(values: CheckoutValues, today: Date): CheckoutErrors {
  const errors: CheckoutErrors = {}
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(values.email.trim())) errors.email = 'Enter an email address, such as ana@example.com'
  if (values.name.trim() === '') errors.name = 'Enter the name on the door'
  if (values.street.trim() === '') errors.street = 'Enter a street and number'
  if (!/^[A-Za-z0-9][A-Za-z0-9 -]{2,9}$/.test(values.postcode.trim())) errors.postcode = 'Enter a postcode'
  if (values.city.trim() === '') errors.city = 'Enter a town or city'
  if (values.country === '') errors.country = 'Choose a country'
  if (!/^\d{13,19}$/.test(digitsOf(values.card))) errors.card = 'Enter the 13 to 19 digits of the card'
  if (!isFutureExpiry(values.expiry, today)) errors.expiry = 'Enter a month and year to come, such as 04/31'
  if (!/^\d{3,4}$/.test(values.code.trim())) errors.code = 'Enter 3 or 4 digits'
  return errors
}

function isFutureExpiry(text: string, today: Date): boolean {
  const [, month, year] = /^\s*(0[1-9]|1[0-2])\s*\/\s*(\d{2})\s*$/.exec(text) ?? []
  if (!month || !year) return false
  const firstInvalidDay = new Date(2000 + Number(year), Number(month), 1)
  return firstInvalidDay > today
}
