// shadcn asks its registry for the colours of a theme, whatever it adds: this answers instead, on a port of its own.
const http = require('node:http');

const colours = JSON.stringify({
  inlineColors: { light: {}, dark: {} },
  cssVars: {},
  inlineColorsTemplate: '',
  cssVarsTemplate: '',
});
const server = http.createServer((_, response) =>
  response.setHeader('content-type', 'application/json').end(colours),
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${Object(server.address()).port}\n`));
