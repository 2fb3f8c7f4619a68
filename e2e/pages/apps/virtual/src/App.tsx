import { BasketList } from './BasketList.tsx'
import { PeopleTable } from './PeopleTable.tsx'
import { SlotTable } from './SlotTable.tsx'

export function App() {
  return (
    <main style={{ display: 'flex', gap: 40 }}>
      <PeopleTable at="people" />
      <BasketList at="baskets" />
      <SlotTable at="slots" />
    </main>
  )
}
