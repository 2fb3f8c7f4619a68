import { describe, expect, it } from 'vitest'
import { macEnrolmentRow, windowsEnrolmentRow } from './enrolment.ts'

const status = (domain: string, entra: string) => `
+----------------------------------------------------------------------+
| Device State                                                         |
+----------------------------------------------------------------------+

             AzureAdJoined : ${entra}
          EnterpriseJoined : NO
              DomainJoined : ${domain}
           Virtual Desktop : NOT SET
               Device Name : PC-1
`

describe('a Windows machine', () => {
  it('that is not joined is warned with the browsers’ rule', () => {
    const row = windowsEnrolmentRow(status('NO', 'NO'), false)
    expect(row.state).toBe('warning')
    expect(row.found).toContain('not domain-joined')
    expect(row.remedy).toMatch(/from outside their stores.*Active Directory domain.*Entra ID.*Chrome Enterprise Core/)
  })

  it('is told to be unknown where dsregcmd does not answer', () => expect(windowsEnrolmentRow(null, false).state).toBe('warning'))

  it.each([
    { joined: windowsEnrolmentRow(status('YES', 'NO'), false), says: 'Active Directory' },
    { joined: windowsEnrolmentRow(status('NO', 'YES'), false), says: 'Entra' },
    { joined: windowsEnrolmentRow(status('NO', 'NO'), true), says: 'Chrome Enterprise Core' }
  ])('that is joined is fine: $says', ({ joined, says }) => {
    expect(joined.state).toBe('ok')
    expect(joined.found).toContain(says)
  })

  it('is not taken for joined by EnterpriseJoined', () =>
    expect(windowsEnrolmentRow(status('NO', 'NO').replace('EnterpriseJoined : NO', 'EnterpriseJoined : YES'), false).state).toBe('warning'))
})

describe('a Mac', () => {
  it('that is managed is fine', () =>
    expect(macEnrolmentRow('Enrolled via DEP: Yes\nMDM enrollment: Yes (User Approved)\n').state).toBe('ok'))
  it('that is not is warned', () =>
    expect(macEnrolmentRow('Enrolled via DEP: No\nMDM enrollment: No\n')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('not managed')
    }))
  it('is told to be unknown where profiles does not answer', () => expect(macEnrolmentRow(null).state).toBe('warning'))
})
