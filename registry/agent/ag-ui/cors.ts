import { Refused } from '../core/errors.ts';

/** Parses AG_UI_ORIGINS: origins with commas between. @throws Refused for what is no origin */
export function allowedOrigins(text = ''): readonly string[] {
  const origins = text.split(',').map((one) => one.trim());
  const given = origins.filter((one) => one !== '');
  const wrong = given.find((one) => !URL.canParse(one) || new URL(one).origin !== one);
  if (wrong === undefined) return given;
  const example = 'An origin looks like https://app.example.com';
  throw new Refused(`AG_UI_ORIGINS has ${wrong}. ${example}, without a path.`);
}

/** Returns the headers by which a page of an allowed origin may read a response. */
export function corsHeaders(
  { headers }: Request,
  origins: readonly string[],
): readonly (readonly [string, string])[] {
  const origin = headers.get('origin') ?? '';
  // A cache must not give the response for one origin to another.
  if (!origins.includes(origin)) return [['vary', 'origin']];
  return [
    ['access-control-allow-origin', origin],
    ['access-control-allow-credentials', 'true'],
    ['vary', 'origin'],
  ];
}

/** Answers the question of a browser whether a page may send a request. */
export function preflight(request: Request, origins: readonly string[]): Response {
  const headers = new Headers([...corsHeaders(request, origins)].map(([...pair]) => pair));
  if (!headers.has('access-control-allow-origin')) {
    const error = 'AG_UI_ORIGINS does not list the origin of this page.';
    return Response.json({ error }, { status: 403, headers });
  }
  const asked = request.headers.get('access-control-request-headers') ?? '';
  headers.set('access-control-allow-methods', 'POST');
  headers.set('access-control-allow-headers', asked);
  headers.set('access-control-max-age', '600');
  return new Response(null, { status: 204, headers });
}
