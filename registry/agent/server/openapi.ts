import * as z from 'zod';
import { without } from '../core/event.ts';
import { ErrorBody, operations, type Operation } from '../api/api.ts';

/** Describes the API as OpenAPI 3.1, generated from the schemas that check its requests. */
export function describeApi(basePath = '/'): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    const method = operation.method.toLowerCase();
    paths[path] = { ...paths[path], [method]: describeOperation(name, operation) };
  }
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: { title: 'Agent', version: '1' },
    servers: [{ url: basePath }],
    security: [{ bearer: [] }, {}],
    paths,
    components: {
      securitySchemes: { bearer },
      schemas: { Failure: toJsonSchema(ErrorBody) },
    },
  };
}

/** JSON leaves out the fields that are undefined. */
function describeOperation(operationId: string, operation: Operation): object {
  const { method, summary, body, response, isStream } = operation;
  const parameters = parametersOf(operation);
  const status = method === 'POST' ? 202 : 200;
  const type = isStream ? 'text/event-stream' : 'application/json';
  const success = { description: summary, content: contentOf(type, response) };
  return {
    operationId,
    summary,
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: body && { content: contentOf('application/json', body) },
    responses: { [status]: success, default: failure },
  };
}

function contentOf(type: string, schema: z.ZodType): object {
  return { [type]: { schema: toJsonSchema(schema) } };
}

const failure = {
  description:
    '400, 401, 403, 404, 409, 413, 415, 422, 500 or 503: why not, and with 409 what is open now',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
};

function parametersOf({ path, query, hasKey, isStream }: Operation): object[] {
  const parameters: object[] = [];
  if (path.includes(':id')) parameters.push(idParameter);
  if (hasKey) parameters.push(keyParameter);
  if (isStream) parameters.push(lastEventParameter);
  const fields = Object.entries<z.core.$ZodType>(query?.shape ?? {});
  for (const [name, field] of fields) {
    const schema = toJsonSchema(field);
    parameters.push({ name, in: 'query', required: false, schema });
  }
  return parameters;
}

const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
};

const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const lastEventParameter = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  schema: { type: 'string', pattern: '^\\d{1,9}$' },
};

function toJsonSchema(schema: z.core.$ZodType): object {
  const options = { io: 'input', unrepresentable: 'any' } as const;
  return without(z.toJSONSchema(schema, options), '$schema');
}
