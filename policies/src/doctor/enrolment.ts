/** One line of the table. `warning`: it may be intended, but the policies will not do all that they say. */
export interface DoctorRow {
  name: string
  state: 'ok' | 'warning' | 'missing'
  found: string
  remedy?: string
}

/** Rule of Chrome and Edge, from their descriptions of ExtensionInstallForcelist and ExtensionSettings. */
const WINDOWS_RULE =
  'On Windows, Chrome and Edge install extensions from outside their stores by force only where the machine is joined to an Active Directory domain or to Microsoft Entra ID, or where Chrome is enrolled in Chrome Enterprise Core.'
const MAC_RULE =
  'On macOS, Chrome and Edge install extensions from outside their stores by force only where the Mac is managed by MDM, or where Chrome is enrolled in Chrome Enterprise Core.'

/** @param output of `dsregcmd /status`; null where it could not be run. @param isEnrolled whether Chrome has an enrolment token. */
export function windowsEnrolmentRow(output: string | null, isEnrolled: boolean): DoctorRow {
  const name = 'Domain'
  if (isEnrolled) return { name, state: 'ok', found: 'Chrome is enrolled in Chrome Enterprise Core' }
  if (output === null) return { name, state: 'warning', found: 'dsregcmd does not answer, so it is not known', remedy: WINDOWS_RULE }
  const has = (field: string) => new RegExp(`^\\s*${field}\\s*:\\s*YES\\s*$`, 'im').test(output)
  if (has('DomainJoined')) return { name, state: 'ok', found: 'joined to an Active Directory domain' }
  if (has('AzureAdJoined')) return { name, state: 'ok', found: 'joined to Microsoft Entra ID' }
  return {
    name,
    state: 'warning',
    found: 'the machine is not domain-joined',
    remedy: `${WINDOWS_RULE} Here the entry would be marked [BLOCKED].`
  }
}

/** @param output of `profiles status -type enrollment`; null where it could not be run. */
export function macEnrolmentRow(output: string | null): DoctorRow {
  const name = 'MDM'
  if (output !== null && /^MDM enrollment:\s*Yes/im.test(output)) return { name, state: 'ok', found: 'the Mac is managed' }
  const found = output === null ? '`profiles` does not answer, so it is not known' : 'the Mac is not managed by MDM'
  return { name, state: 'warning', found, remedy: MAC_RULE }
}
