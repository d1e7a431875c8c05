const { createServer } = require('node:http');

// The floor: reads a body as JSON, and answers with JSON of the same size; it saves nothing.
const document = JSON.stringify({
  id: 't_00000000',
  status: 'done',
  version: 2,
  events: ['x'.repeat(400)],
});
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const isGet = request.method === 'GET';
    if (!isGet) JSON.parse(body);
    response.writeHead(isGet ? 200 : 202, { 'content-type': 'application/json' });
    response.end(isGet ? document : '{"id":"t_00000000","status":"thinking"}');
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stderr.write(
    `Listening on http://127.0.0.1:${Object(server.address()).port}. Ctrl-C stops.\n`,
  ),
);
