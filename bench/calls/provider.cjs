// A provider of every API that answers at once, always the same; it prints its port.
const http = require('node:http');

const [text] = process.argv.slice(2);
const [id, model] = ['answer-1', 'bench'];
const message = { type: 'message', id, status: 'completed', role: 'assistant' };

const answers = {
  '/v1/messages': {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 2000, output_tokens: 20 },
  },
  '/v1/responses': {
    id,
    object: 'response',
    created_at: 0,
    model,
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [{ ...message, content: [{ type: 'output_text', text, annotations: [] }] }],
    usage: {
      input_tokens: 2000,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2020,
    },
  },
  '/v1/chat/completions': {
    id,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: { role: 'assistant', content: text, refusal: null },
      },
    ],
    usage: { prompt_tokens: 2000, completion_tokens: 20, total_tokens: 2020 },
  },
};
const bodies = new Map(
  Object.entries(answers).map(([path, answer]) => [path, JSON.stringify(answer)]),
);

const server = http.createServer((request, response) => {
  const body = bodies.get(request.url ?? '');
  request.resume().on('end', () => {
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${Object(server.address()).port}\n`));
