import * as z from 'zod';
import { Failure, operations, type Operation } from '../api/api.ts';

/** The API as OpenAPI 3.1, from the schemas that check it. */
export function describeApi(basePath = '/'): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(name, operation) };
  }
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: { title: 'Agent', version: '1' },
    servers: [{ url: basePath }],
    security: [{ bearer: [] }, {}],
    paths,
    components: { securitySchemes: { bearer }, schemas: { Failure: toJsonSchema(Failure) } },
  };
}

function describe(
  operationId: string,
  { path, about, method, query, body, answer, hasKey, isStream }: Operation,
): object {
  const parameters = [
    ...(path.includes(':id') ? [parameter('id', 'path', { type: 'string' }, true)] : []),
    ...(hasKey
      ? [parameter('Idempotency-Key', 'header', { type: 'string', minLength: 1, maxLength: 255 })]
      : []),
    ...(isStream
      ? [parameter('Last-Event-ID', 'header', { type: 'string', pattern: '^\\d{1,9}$' })]
      : []),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) =>
      parameter(name, 'query', toJsonSchema(schema)),
    ),
  ];
  const type = isStream ? 'text/event-stream' : 'application/json';
  const done = { description: about, content: { [type]: { schema: toJsonSchema(answer) } } };
  return {
    operationId,
    summary: about,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { content: { 'application/json': { schema: toJsonSchema(body, 'input') } } },
    }),
    responses: { [method === 'POST' ? 202 : 200]: done, default: failed },
  };
}

const failed = {
  description:
    '400, 401, 403, 404, 409, 413, 415, 422, 500 or 503: why not, and with 409 what is open now',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
};

const parameter = (
  name: string,
  where: 'path' | 'header' | 'query',
  schema: object,
  required = false,
) => ({
  name,
  in: where,
  required,
  schema,
});

function toJsonSchema(schema: z.core.$ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
