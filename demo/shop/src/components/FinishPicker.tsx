import { useState } from 'react'
import './FinishPicker.css'

export function FinishPicker({ finishes }: { finishes: string[] }) {
  const [chosen, setChosen] = useState(finishes[0])
  return (
    <fieldset className="finish-picker">
      <legend>Finish</legend>
      <div className="finish-picker__choices">
        {finishes.map(finish => (
          <label key={finish}>
            <input type="radio" name="finish" value={finish} checked={finish === chosen} onChange={() => setChosen(finish)} />
            <span>{finish}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
