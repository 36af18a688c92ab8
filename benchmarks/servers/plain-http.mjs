// What `domainproof serve` is measured against: Node's HTTP server, which reads bodies and answers, without bounds and without work.
import { createServer } from 'node:http';

const server = createServer(async (request, response) => {
  let text = '';
  try {
    for await (const chunk of request) text += chunk;
    if (request.method === 'POST') JSON.parse(text);
    response.end('{"status":"ok"}\n');
  } catch {
    response.destroy();
  }
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
process.on('SIGTERM', () => process.exit(0));
