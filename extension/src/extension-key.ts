/**
 * The public half of the key that fixes the extension's identity: with it the unpacked, the packed and the published extension have
 * the same id, `EXTENSION_ID` in `protocol/`. It is no secret; packages are signed with the private half, which is not part of this
 * repository.
 */
export const EXTENSION_KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyw4f6MVEpMV/lZjs9HbyAI3x6L2F/EiUYkHTmH+Ki3SwiM6f+lu2VyqqIKazn2fdTf50bjow8SdCbketc9n61ePmTwLuiGHcSIuxYshAFiEPn8D9t2sVzdet0MqK7t1iCG/T/fE60itALSucL5XjSMKMf+8obOQ+7ao0wrD8P0Z5JycyrKEMN0dGdmO6KADqiDo80yOjeCsVfwPjiVqOZcexT3mkDdApWu5k39s0uu2W5y4B4GTIPIpr8uAgcZHmQEYt/hNCGisCo+odRs0ZE1fgm9awr16IiicUvg2J89KIWXSMV+LM3YiisFkJja/TPn/BIpFY9HrNurPD+1SsxwIDAQAB'
