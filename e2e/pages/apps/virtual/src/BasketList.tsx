import { List, type RowComponentProps } from 'react-window'

function BasketRow({ index, style, names }: RowComponentProps<{ names: string[] }>) {
  return (
    <div style={style} id={`basket-${index}`} className="basket" data-at="basket">
      {names[index]}
    </div>
  )
}

const names = Array.from({ length: 5_000 }, (_, index) => `Basket ${index}`)

export function BasketList(_properties: { at: string }) {
  return <List rowComponent={BasketRow} rowCount={names.length} rowHeight={28} rowProps={{ names }} style={{ height: 320, width: 320 }} />
}
