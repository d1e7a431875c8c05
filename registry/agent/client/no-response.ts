/** An error. The cause of one of `fetch` has a code. */
type Failure = { readonly name?: unknown; readonly code?: unknown; readonly cause?: unknown };

/** Says why there was no response, and what to try. Browsers tell no reason. */
export function explainNoResponse(url: string, cause: unknown): string {
  const { origin, host } = URL.canParse(url) ? new URL(url) : { origin: url, host: url };
  const code = codeOf(cause);
  switch (code) {
    case '':
      return `${url} does not respond.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${origin}: is the server running, and is the port right?`;
    case 'ENOTFOUND':
      return `There is no host ${host}: is its name right?`;
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} is out of reach (${code}): is this machine online?`;
    case 'ETIMEDOUT':
    case 'TimeoutError':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${origin} does not answer in time: is the port right, and open?`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return `${origin} closes the connection: does it need https://, or another port?`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${origin} does not speak TLS: try http://.`;
    default:
      return explainCode(code, origin, host);
  }
}

function explainCode(code: string, origin: string, host: string): string {
  const isTrust = /CERT|SIGNED|VERIFY/.test(code);
  if (!isTrust) return `${origin} does not respond (${code}).`;
  const trust = 'NODE_EXTRA_CA_CERTS can name its authority';
  return `The certificate of ${host} is not trusted (${code}): is its name right? ${trust}.`;
}

/** The first code of the causes, or the name of a timeout. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { name, code, cause }: Failure = error;
  if (name === 'TimeoutError') return name;
  return typeof code === 'string' ? code : codeOf(cause);
}
