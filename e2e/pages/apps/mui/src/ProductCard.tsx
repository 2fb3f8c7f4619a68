import { Button, Card, CardActions, CardContent, Chip, Typography } from '@mui/material'

export function ProductCard({ name }: { name: string; at: string }) {
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.ProductCard = (globalThis.rendersOf.ProductCard ?? 0) + 1
  return (
    <Card>
      <CardContent>
        <Typography variant="h5" data-at="mui-name">
          {name}
        </Typography>
        <Chip label="New in the shop" data-at="mui-chip" />
      </CardContent>
      <CardActions>
        <Button variant="contained" data-at="mui-buy">
          Add to cart
        </Button>
      </CardActions>
    </Card>
  )
}

declare global {
  var rendersOf: Record<string, number> | undefined
}
