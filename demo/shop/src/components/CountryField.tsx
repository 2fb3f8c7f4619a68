import './TextField.css'

const countries = [
  ['DK', 'Denmark'],
  ['FR', 'France'],
  ['DE', 'Germany'],
  ['IE', 'Ireland'],
  ['NL', 'Netherlands'],
  ['PT', 'Portugal'],
  ['SE', 'Sweden'],
  ['GB', 'United Kingdom'],
  ['US', 'United States']
] as const

export function CountryField({ error }: { error: string | undefined }) {
  return (
    <div className="text-field">
      <label htmlFor="field-country">Country</label>
      <select
        id="field-country"
        name="country"
        autoComplete="country"
        defaultValue=""
        aria-invalid={error !== undefined}
        aria-describedby={error ? 'field-country-message' : undefined}
      >
        <option value="">Choose…</option>
        {countries.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      {error && (
        <p id="field-country-message" className="text-field__error">
          {error}
        </p>
      )}
    </div>
  )
}
