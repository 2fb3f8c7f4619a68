import styled, { css } from 'styled-components'

export const Row = styled.main`
  display: flex;
  gap: 16px;
`

export const Title = styled.h1<{ $isLoud?: boolean }>`
  font-size: 20px;
  ${({ $isLoud }) => $isLoud && css`text-transform: uppercase;`}
`

export const Amount = styled.strong.attrs({ className: 'amount' })`
  color: teal;
`

export const BigAmount = styled(Amount)`
  font-size: 32px;
`
