/** The reason phrases of nginx and libevhtp, which differ from Node's in some places (405 is `Not Allowed`). */
const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Temporarily Unavailable',
};

/** The reason phrase of a status line. */
export function reasonPhrase(status: number): string {
  return PHRASES[status] ?? '';
}
