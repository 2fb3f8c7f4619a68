/** Id of Fixpoint's browser extension, fixed by the public key in its manifest. A server answers its pages without being told to. */
export const EXTENSION_ID = 'dmlpgeomecbdojbpnbhejhlgpnojgldc'
